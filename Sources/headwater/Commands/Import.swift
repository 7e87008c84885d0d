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
    abstract: "Import the rows of files into a database: all of them, or none.",
    discussion: """
      Servers can serve the database meanwhile. Rows whose value is not a revision, is below the package's greatest, or \
      belongs to another checksum are refused.
      """)

  @Argument(help: "JSON Lines, CSV or OE-Core's .inc; - is standard input.")
  var files: [String]

  @Option(help: ArgumentHelp("The database; it is created if it does not exist.", valueName: "path"))
  var database = "prserv.sqlite3"

  @Option(help: "jsonl, csv or inc. Default: that of a file's suffix, else jsonl.")
  var format: RowFormat?

  @Flag(help: "Show what would be imported, and change nothing.")
  var dryRun = false

  @Flag(help: "Import values that are below the greatest value of their package.")
  var allowLower = false

  @Flag(help: "Import values that belong to another checksum of their package.")
  var allowDuplicates = false

  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Everything is read and parsed before the database is opened: a large or broken file holds up no server.
    var reading = ImportReading(spool: try RowSpool(in: folder), names: files)
    let opened = try files.map { try ImportFile($0) }
    for file in opened { try reading.read(file, as: format ?? RowFormat(path: file.name) ?? .jsonl) }
    try reading.finish()
    var options = StoreOptions(path: database)
    if dryRun, !FileManager.default.fileExists(atPath: database) {
      options = StoreOptions(path: folder.appendingPathComponent("empty.sqlite3").path, durability: .off)
    }
    // It numbers nothing: rows may be brought back to a database that lacks some, on whatever disk it is.
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
    try await run(reading, on: Store.open(options).store)
  }

  private func run(_ reading: ImportReading, on store: Store) async throws {
    let dryRun = dryRun
    let (spool, parsed) = (reading.spool, reading.summary)
    let rules = ImportRules(allowsLower: allowLower, allowsDuplicates: allowDuplicates)
    let provenance = Provenance(
      .imported, asker: "headwater import", milliseconds: Int64(clamping: Date().timeIntervalSince1970 * 1000))
    let found = FoundSummary()
    do throws(StoreError) {
      if !dryRun { try await store.index(spool.packages) }
      try await store.write { ledger throws(StoreError) in
        var work = ImportWork(RowImport(into: ledger, rules: rules, provenance: provenance), parsed)
        try work.take(spool)
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
        "nothing was imported: \(summary.refused == 1 ? "1 line was refused; fix it" : "\(summary.refused) lines were refused; fix them")"
          + (summary.options.isEmpty ? "" : ", or use \(summary.options.joined(separator: " and "))"))
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

/// Reads files into a spool.
private struct ImportReading {
  private(set) var spool: RowSpool
  private(set) var summary: ImportSummary
  private var progress = ProgressBar("reading")
  private var rows = 0
  private var file = 0

  init(spool: RowSpool, names: [String]) {
    self.spool = spool
    summary = ImportSummary(names: names.map { $0 == "-" ? "standard input" : $0 })
  }

  mutating func read(_ opened: ImportFile, as format: RowFormat) throws {
    var parser = RowParser(format)
    var source = LineSource(opened.contents)
    var number = 0
    while let line = next(of: &source, number) {
      number += 1
      try take(parser.parse(line), number)
    }
    try take(parser.finish(), number)
    file += 1
    progress.finish()
  }

  private mutating func next(of source: inout LineSource, _ number: Int) -> Substring? {
    do throws(LineSource.Failure) {
      return try source.next()
    } catch {
      summary.refuse(error.text, at: ImportPlace(file: file, line: number + 1))
      return nil
    }
  }

  mutating func finish() throws { try spool.finish() }

  private mutating func take(_ line: RowParser.Line, _ number: Int) throws {
    let place = ImportPlace(file: file, line: number)
    switch line {
    case .nothing: break
    case .summary: summary.summaries += 1
    case .problem(let text): summary.refuse(text, at: place)
    case .row(let row):
      rows += 1
      progress.update(count: rows)
      try spool.append(row, at: place)
    }
  }
}

/// Puts the rows of a spool into a ledger.
private struct ImportWork {
  private var rows: RowImport
  private(set) var summary: ImportSummary
  private var progress = ProgressBar("importing")

  /// - Parameter parsed: what reading the files came to.
  init(_ rows: RowImport, _ parsed: ImportSummary) {
    self.rows = rows
    summary = parsed
  }

  mutating func take(_ spool: RowSpool) throws(StoreError) {
    var work = self
    let isWhole = try spool.read { row, place throws(StoreError) in try work.take(row, place) }
    self = work
    if !isWhole { summary.refuse("the temporary copy of its rows cannot be read", at: ImportPlace(file: 0, line: 0)) }
    progress.finish()
  }

  private mutating func take(_ row: Row, _ place: ImportPlace) throws(StoreError) {
    summary.read += 1
    progress.update(count: summary.read)
    guard let value = Revision(row.value) else { return }  // the parser has looked
    switch try rows.take(row.tuple, value) {
    case .added: summary.added += 1
    case .known: summary.known += 1
    case .addedBelow:
      summary.added += 1
      summary.below += 1
    case .refusedBelow(let greatest):
      summary.refuse(
        "\(row.value) is below \(greatest), which \(row.tuple.package) has already", at: place, without: "--allow-lower"
      )
    case .refusedDuplicate(let holder):
      summary.refuse(
        "\(row.value) of \(row.tuple.package) belongs to the checksum \(holder)", at: place,
        without: "--allow-duplicates")
    }
  }
}
