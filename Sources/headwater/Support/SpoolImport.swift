// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The import of the rows of a spool. First all rows are judged and none is written: by the database, and by each other.
/// Then they are written in steps, between which servers of the database allocate.
struct SpoolImport {
  let spool: RowSpool
  let rules: ImportRules
  let provenance: Provenance

  /// So many rows are judged or written in one step.
  private static let step = 2048
  /// Between two steps the database is free for so long. SQLite signals no process that waits for a lock, so a server
  /// looks again: every 5 ms at most.
  private static let pause = Duration.milliseconds(10)

  /// Judges all rows. None is put on record.
  ///
  /// - Parameter trial: an empty store. The rows are imported there, so that those of one file that contradict each other
  ///   are found however many there are.
  func judge(by store: Store, and trial: Store, into summary: inout ImportSummary) async throws {
    try await store.settle(Set(spool.packages.keys))
    var progress = ProgressBar("checking")
    var pages = try SpoolPages(spool)
    while let page = try pages.next(Self.step) {
      let outcomes = try await store.judge(page.map { ($0.tuple, $0.value) }, rules, trial: trial) {
        spool.packages[$0] == 1
      }
      for (line, outcome) in zip(page, outcomes) {
        summary.read += 1
        note(outcome, of: line, in: &summary)
      }
      progress.update(count: summary.read)
    }
    progress.finish()
  }

  private func note(_ outcome: ImportOutcome, of line: SpooledRow, in summary: inout ImportSummary) {
    switch outcome {
    case .added: summary.added += 1
    case .known: summary.known += 1
    case .addedBelow:
      summary.added += 1
      summary.below += 1
    case .refusedBelow(let greatest):
      summary.refuse(
        "\(line.value) is below \(greatest), which \(line.tuple.package) has already", at: line.place,
        without: "--allow-lower")
    case .refusedDuplicate(let holder):
      summary.refuse(
        "\(line.value) of \(line.tuple.package) belongs to the checksum \(holder)", at: line.place,
        without: "--allow-duplicates")
    }
  }

  /// Writes the rows. They were judged before.
  ///
  /// - Returns: how many rows were added, and those whose value a server has given to another checksum since.
  func write(to store: Store, _ summary: ImportSummary) async throws -> ImportResult {
    var rules = rules
    rules.allowsLower = true
    var result = ImportResult(summary)
    var progress = ProgressBar("importing")
    var pages = try SpoolPages(spool)
    while let page = try pages.next(Self.step) {
      let outcomes = try await store.take(page.map { ($0.tuple, $0.value) }, rules, provenance)
      for (line, outcome) in zip(page, outcomes) { result.take(outcome, of: line) }
      progress.update(count: result.written)
      try await Task.sleep(for: Self.pause)
    }
    progress.finish()
    return result
  }
}

/// What writing the rows of an import came to.
struct ImportResult {
  private(set) var summary: ImportSummary
  private(set) var written = 0

  /// - Parameter judged: what was expected.
  init(_ judged: ImportSummary) {
    summary = judged
    (summary.added, summary.known) = (0, 0)
  }

  mutating func take(_ outcome: ImportOutcome, of line: SpooledRow) {
    written += 1
    switch outcome {
    case .added, .addedBelow: summary.added += 1
    case .known: summary.known += 1
    case .refusedBelow(let greatest):
      summary.refuse("\(line.value) is below \(greatest), which \(line.tuple.package) has by now", at: line.place)
    case .refusedDuplicate(let holder):
      summary.refuse("\(line.value) of \(line.tuple.package) belongs to the checksum \(holder) by now", at: line.place)
    }
  }
}
