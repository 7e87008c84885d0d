// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRRevision
  import PRStore

  extension PostgresWorkingSet {
    /// Queues the statements that write what was added.
    ///
    /// - Parameter updatesEnd: the row of the feed's end is there, and follows.
    func add(to connection: PostgresConnection, updatesEnd: Bool = true) throws(PostgresFailure) {
      if !rows.isEmpty { try addRows(to: connection, updatesEnd) }
      if !floors.isEmpty { try addFloors(to: connection) }
      try register?.add(to: connection)
      let kept = notes.compactMap { note, text in text.map { (note.rawValue, $0) } }
      let forgotten = notes.filter { $0.value == nil }.map(\.key.rawValue)
      if !kept.isEmpty {
        try connection.add(PostgresRows.keepNotes, [.texts(kept.map(\.0)), .texts(kept.map(\.1))])
      }
      if !forgotten.isEmpty { try connection.add(PostgresRows.forgetNotes, [.texts(forgotten)]) }
    }

    private func addRows(to connection: PostgresConnection, _ updatesEnd: Bool) throws(PostgresFailure) {
      let names = rows.map(\.row.tuple)
      try connection.add(
        PostgresRows.insert,
        [
          .numbers(rows.map(\.end.serial)), .texts(names.map(\.package.version)), .texts(names.map(\.package.pkgarch)),
          .texts(names.map(\.checksum)), .texts(rows.map(\.row.value)),
          .bytesList(names.map { PostgresKeys.package($0.package) }), .bytesList(names.map(PostgresKeys.tuple)),
          .bytesList(rows.map { PostgresKeys.number($0.value) }), .integers(rows.map(\.twin)),
          .texts(rows.map(\.provenance.origin.rawValue)), .texts(rows.map(\.provenance.asker)),
          .numbers(rows.map(\.provenance.milliseconds)),
        ])
      let marks = rows.map(\.end).filter { $0.serial.isMultiple(of: FeedPoint.spacing) }
      if !marks.isEmpty {
        try connection.add(
          PostgresRows.insertMarks, [.numbers(marks.map(\.serial)), .bytesList(marks.map(\.digest.bytes))])
      }
      guard updatesEnd else { return }
      try connection.add(PostgresRows.updateEnd, [.number(end.serial), .bytes(end.digest.bytes)])
    }

    private func addFloors(to connection: PostgresConnection) throws(PostgresFailure) {
      let packages = floors.map(\.floor.package)
      try connection.add(
        PostgresFloors.insert,
        [
          .numbers(floors.map(\.serial)), .texts(packages.map(\.version)), .texts(packages.map(\.pkgarch)),
          .texts(floors.map(\.floor.value.text)), .bytesList(packages.map(PostgresKeys.package)),
          .texts(floors.map(\.provenance.origin.rawValue)), .texts(floors.map(\.provenance.source)),
          .texts(floors.map(\.provenance.setter)), .numbers(floors.map(\.provenance.milliseconds)),
          .bytesList(floors.map(\.digest.bytes)),
        ])
    }
  }

  extension FeedPoint {
    /// One of so many rows has its digest stored beside it.
    static let spacing: Int64 = 4096
  }
#endif
