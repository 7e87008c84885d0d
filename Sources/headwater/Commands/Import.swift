// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRInterchange
import PRRevision
import PRStore
import Synchronization

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put the rows of files on record in a database: all of them, or none.",
    discussion: """
      Servers may go on serving the database. Refused are rows that are no revision, values below what a package has \
      already, and values that belong to another checksum.
      """)

  @Argument(help: "JSON Lines, CSV or OE-Core's .inc; - is standard input.")
  var files: [String]

  @Option(help: ArgumentHelp("The database; it is made if there is none.", valueName: "path"))
  var database = "prserv.sqlite3"

  @Option(help: "jsonl, csv or inc. Default: what a file's name tells, else jsonl.")
  var format: RowFormat?

  @Flag(help: "Show what would be done, and do nothing.")
  var dryRun = false

  @Flag(help: "Put values on record that are below what their package has already.")
  var allowLower = false

  @Flag(help: "Put values on record that belong to another checksum of their package.")
  var allowDuplicates = false

  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = try files.map { try ImportFile($0, copiesIn: folder) }
    var options = StoreOptions(path: database)
    if dryRun, !FileManager.default.fileExists(atPath: database) {
      options = StoreOptions(path: folder.appendingPathComponent("empty.sqlite3").path, durability: .off)
    }
    // It numbers nothing: rows may be brought back to a database that lacks some, on whatever disk it is.
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
    try await run(files, on: Store.open(options).store)
  }

  private func run(_ files: [ImportFile], on store: Store) async throws {
    let (format, dryRun) = (format, dryRun)
    let rules = ImportRules(allowsLower: allowLower, allowsDuplicates: allowDuplicates)
    let provenance = Provenance(
      .imported, asker: "headwater import", milliseconds: Int64(clamping: Date().timeIntervalSince1970 * 1000))
    let found = FoundSummary()
    do throws(StoreError) {
      try await store.write { ledger throws(StoreError) in
        var work = ImportWork(RowImport(into: ledger, rules: rules, provenance: provenance))
        for file in files { try work.read(file, as: format ?? RowFormat(path: file.name) ?? .jsonl) }
        found.summary.withLock { $0 = work.summary }
        if dryRun || !work.summary.isAcceptable { throw .abandoned }
      }
    } catch {
      guard error == .abandoned else { throw error }  // else the summary says why
    }
    store.close()
    try report(found.summary.withLock { $0 })
  }

  private func report(_ summary: ImportSummary) throws {
    for problem in summary.problems { FileHandle.standardError.write(Data("\(problem)\n".utf8)) }
    guard summary.isAcceptable else {
      throw Problem(
        "nothing was imported: \(summary.refused) lines were refused; mend them, or see --allow-lower "
          + "and --allow-duplicates")
    }
    guard !json else { return print(summary.json(isDryRun: dryRun)) }
    print("\(dryRun ? "would add" : "added") \(summary.added) rows; \(summary.known) were there already")
    if summary.below > 0 { print("\(summary.below) of them lie below what their package has already") }
    if summary.summaries > 0 { print("\(summary.summaries) lines without a checksum were passed over") }
  }
}

/// What an import came to, told across its transaction: one that is undone returns nothing.
private final class FoundSummary: Sendable {
  let summary = Mutex(ImportSummary())
}

/// What an import came to.
struct ImportSummary: Encodable {
  var read = 0
  var added = 0
  var known = 0
  var below = 0
  var summaries = 0
  var refused = 0
  /// The first refused rows, one by one.
  var problems: [String] = []

  private static let mostProblems = 20

  var isAcceptable: Bool { refused == 0 }

  mutating func refuse(_ problem: RowProblem) {
    refused += 1
    if problems.count < Self.mostProblems { problems.append(problem.description) }
  }

  func json(isDryRun: Bool) -> String {
    #"{"added":\#(added),"below":\#(below),"dry_run":\#(isDryRun),"known":\#(known),"read":\#(read)}"#
  }
}

/// Reads files into a ledger.
private struct ImportWork {
  private var rows: RowImport
  private(set) var summary = ImportSummary()
  private var progress = ProgressBar("importing")

  init(_ rows: RowImport) { self.rows = rows }

  mutating func read(_ file: ImportFile, as format: RowFormat) throws(StoreError) {
    var parser = RowParser(format)
    let source: LineSource
    do {
      source = try LineSource(file)
    } catch {
      return summary.refuse(
        RowProblem(file: file.name, line: 0, text: "it cannot be read; check that it is a file and exists"))
    }
    var number = 0
    for line in source {
      number += 1
      try take(parser.parse(line), from: source.name, number)
    }
    try take(parser.finish(), from: source.name, number)
    progress.finish()
  }

  private mutating func take(_ line: RowParser.Line, from file: String, _ number: Int) throws(StoreError) {
    switch line {
    case .nothing: break
    case .summary: summary.summaries += 1
    case .problem(let text): summary.refuse(RowProblem(file: file, line: number, text: text))
    case .row(let row):
      summary.read += 1
      progress.update(count: summary.read)
      guard let value = Revision(row.value) else { return }  // the parser has looked
      try count(rows.take(row.tuple, value), row, RowProblem(file: file, line: number, text: ""))
    }
  }

  private mutating func count(_ outcome: ImportOutcome, _ row: Row, _ place: RowProblem) {
    func problem(_ text: String) -> RowProblem { RowProblem(file: place.file, line: place.line, text: text) }
    switch outcome {
    case .added: summary.added += 1
    case .known: summary.known += 1
    case .addedBelow:
      summary.added += 1
      summary.below += 1
    case .refusedBelow(let greatest):
      summary.refuse(problem("\(row.value) is below \(greatest), which \(row.tuple.package) has already"))
    case .refusedDuplicate(let holder):
      summary.refuse(problem("\(row.value) of \(row.tuple.package) belongs to the checksum \(holder)"))
    }
  }
}
