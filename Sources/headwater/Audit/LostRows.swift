// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRPackageIndex
import PRRevision
import PRStore

/// The values of feeds, each once, with the first package that has it; in a file until the database is asked for them.
struct ValueSpool {
  private var records: TextSpool
  private var seen = MappedRevisions()

  fileprivate static let fields = 8

  init(in folder: URL) throws { records = try TextSpool(in: folder, named: "values") }

  mutating func add(_ revision: MappedRevision, of package: PublishedPackage) throws {
    guard seen.insert(revision) else { return }
    try records.append([
      revision.package.version, revision.package.pkgarch, revision.value.text, package.name, "\(package.version)",
      package.architecture, package.place.file, package.place.line.map(String.init) ?? "",
    ])
  }

  /// Writes what is left. Values can be read from then on.
  mutating func finish() throws {
    try records.finish()
    seen = MappedRevisions()
  }

  /// Gives the values in parts.
  fileprivate func readAll(by count: Int, _ body: ([PublishedValue]) async throws -> Void) async throws {
    var reader = try records.records(of: Self.fields)
    var values: [PublishedValue] = []
    while let texts = try reader.next() {
      guard let value = PublishedValue(texts) else { throw reader.unreadable }
      values.append(value)
      guard values.count == count else { continue }
      try await body(values)
      values.removeAll(keepingCapacity: true)
    }
    if !values.isEmpty { try await body(values) }
  }
}

/// A value, and the package of a feed that has it.
private struct PublishedValue: Sendable {
  let revision: MappedRevision
  let package: PackageVersion

  init?(_ texts: [String]) {
    guard texts.count == ValueSpool.fields, let value = Revision(texts[2]) else { return nil }
    revision = MappedRevision(package: PackageKey(version: texts[0], pkgarch: texts[1]), value: value)
    package = PackageVersion(
      name: texts[3], version: PublishedVersion(text: texts[4]), architecture: texts[5],
      place: IndexPlace(file: texts[6], line: texts.last.flatMap { Int($0) }))
  }
}

/// Asks a database for the values of feeds.
struct LostRows {
  let store: Store
  /// What the database is called in the report.
  let name: String

  /// So many values are asked for in one read.
  private static let step = 1024

  private enum Standing: Sendable {
    case known, covered
    case lost(greatest: Revision?)
  }

  func find(among values: ValueSpool, into findings: inout FindingSpool) async throws -> FeedAuditReport.Values {
    var counts = FeedAuditReport.Values(database: name)
    var progress = ProgressBar("asking \(name)")
    try await values.readAll(by: Self.step) { page in
      let standings = try await store.read(in: .long) { reader throws(StoreError) in
        var standings: [Standing] = []
        for value in page { standings.append(try Self.standing(of: value.revision, reader)) }
        return standings
      }
      for (value, standing) in zip(page, standings) {
        switch standing {
        case .known: counts.known += 1
        case .covered: counts.covered += 1
        case .lost(let greatest):
          counts.lost += 1
          try findings.add([.lostRow(value.package, value.revision, greatest: greatest)])
        }
      }
      progress.update(count: counts.known + counts.covered + counts.lost)
    }
    progress.finish()
    return counts
  }

  private static func standing(
    of revision: MappedRevision, _ reader: any ReadContext
  ) throws(StoreError) -> Standing {
    if try reader.isTaken(revision.value, in: revision.package) { return .known }
    if let floor = try reader.floor(of: revision.package), revision.value <= floor { return .covered }
    let greatest = [try reader.greatest(of: revision.package), try reader.greatestAbove(revision.package)]
    return .lost(greatest: greatest.compactMap(\.self).max())
  }
}
