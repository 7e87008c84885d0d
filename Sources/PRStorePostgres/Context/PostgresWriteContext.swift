// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import PRFederation
  import PRRevision
  import PRStore

  /// The rows inside a transaction that has the lock of the store, or inside one that only looks.
  final class PostgresWriteContext: WriteContext {
    let rows: PostgresReadContext
    private let path: String
    /// A look: what wants to write goes on to the write lane.
    private let isLook: Bool
    /// Why no row may be written.
    var refusal: StoreError?

    init(_ rows: PostgresReadContext, path: String, isLook: Bool) {
      self.rows = rows
      self.path = path
      self.isLook = isLook
    }

    var reader: any ReadContext { rows }

    private func checkMayWrite() throws(StoreError) {
      guard !isLook else { throw .locked(path: path, seconds: 0) }
      if let refusal { throw refusal }
    }

    func facts(for tuple: TupleKey, _ history: History, upstream: UpstreamFacts?) throws(StoreError) -> LocalFacts {
      try rows.facts(for: tuple, history, upstream: upstream)
    }

    func holder(of value: Revision, besides tuple: TupleKey) throws(StoreError) -> String? {
      try rows.holder(of: value, besides: tuple)
    }

    func upstreamView(of tuple: TupleKey) throws(StoreError) -> UpstreamFacts { try rows.upstreamView(of: tuple) }

    @discardableResult
    func record(_ tuple: TupleKey, _ value: Revision, _ provenance: Provenance) throws(StoreError) -> Bool {
      let isSpelled = try rows.has(value, tuple)
      if isSpelled, try rows.holds(Row(tuple: tuple, value: value.text)) { return false }
      try checkMayWrite()
      try Self.checkNames([tuple.package.version, tuple.package.pkgarch, tuple.checksum, provenance.asker ?? ""])
      var twin: Int32 = 0
      // Another checksum has the value, or the tuple has it in another spelling.
      let isTwin = if isSpelled { true } else { try rows.holder(of: value, besides: tuple) != nil }
      if isTwin {
        let reply = try rows.ask(
          PostgresRows.nextTwin, .bytes(PostgresKeys.package(tuple.package)), .bytes(PostgresKeys.number(value)))
        let added = rows.set.rows(of: tuple.package).filter { $0.value == value }.map { $0.twin + 1 }.max() ?? 0
        twin = max(Int32(clamping: reply.number(0, 0)), added)
      }
      rows.set.add(tuple, value, twin: twin, provenance)
      return true
    }

    @discardableResult
    func raise(_ floor: Floor, _ provenance: FloorProvenance) throws(StoreError) -> Bool {
      if let known = try rows.floor(of: floor.package), known >= floor.value { return false }
      try checkMayWrite()
      try Self.checkNames([
        floor.package.version, floor.package.pkgarch, provenance.source ?? "", provenance.setter ?? "",
      ])
      rows.set.add(FloorEntry(after: try rows.lastFloor(), floor, provenance))
      return true
    }

    /// PostgreSQL's texts have no byte 0.
    private static func checkNames(_ names: [String]) throws(StoreError) {
      if names.contains(where: { $0.utf8.contains(0) }) {
        throw .refusedBySchema(detail: "a name has a byte 0, which PostgreSQL does not store")
      }
    }

    func settleAtOnce(_ package: PackageKey) {}
    func settleSlice(of package: UnsettledPackage) -> Bool { true }
    func readingWhole<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value { try body() }

    func keep(_ origin: RowOrigin, of row: Row) {}

    /// An authority is no member.
    func membership() -> String? { nil }

    func keep(_ note: StoreMetadata, _ text: String) throws(StoreError) {
      try checkMayWrite()
      rows.set.keep(note, text)
    }

    func forget(_ note: StoreMetadata) throws(StoreError) {
      guard try rows.note(note) != nil else { return }
      try checkMayWrite()
      rows.set.keep(note, nil)
    }

    func store(_ register: Register, replacing old: Register?) throws(StoreError) {
      try checkMayWrite()
      if PostgresRegister.hasByte0(RegisterChange(from: old, to: register)) {
        throw .refusedBySchema(detail: "a text of the register has a byte 0, which PostgreSQL does not store")
      }
      // What is written differs from what the transaction has found, whatever the caller says.
      _ = try rows.register()
      rows.set.keep(register)
    }

    // MARK: The copy of the upstream's rows: an authority has no upstream

    private func noCopy() -> StoreError {
      .engine(
        path: path,
        detail: "an authority on PostgreSQL has no upstream whose rows it could copy; use SQLite for this node")
    }

    @discardableResult
    func learn(_ told: UpstreamAnswer, of tuple: TupleKey, milliseconds: Int64) throws(StoreError) -> Bool {
      throw noCopy()
    }
    func learn(bound: Revision, of package: PackageKey) throws(StoreError) { throw noCopy() }
    func copy(_ rows: ArraySlice<Row>, source: String?, milliseconds: Int64) throws(StoreError) -> Int {
      throw noCopy()
    }
    func beginFreshCopy() throws(StoreError) -> Bool { throw noCopy() }
    func copyFresh(_ rows: ArraySlice<Row>) -> Bool { false }
    func beginSwap(at position: FeedPosition?, sparingAfter spared: Int64, milliseconds: Int64) -> Bool { false }
    func swapStep() -> SwapStep { .idle }
    func keepUpStep() -> Bool { false }
  }
#endif
