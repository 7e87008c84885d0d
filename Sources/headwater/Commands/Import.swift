// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRInterchange
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire
import Synchronization

struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Import the rows of files into a database, unless one of them is refused.",
    discussion: """
      Servers can serve the database meanwhile. Rows whose value is not a revision, is below the package's greatest, or \
      belongs to another checksum are refused.
      """)

  @Argument(help: "JSON Lines, CSV or OE-Core's .inc; - is standard input.")
  var files: [String]

  @Option(help: ArgumentHelp("The database; it is created if it does not exist.", valueName: "path"))
  var database = ServeOptions.table.database.standard

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
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    let folder = temporary.url
    // Everything is read and parsed before the database is opened: a large or broken file holds up no server.
    var reading = ImportReading(spool: try RowSpool(in: folder), floors: FloorSpool(in: folder), names: files)
    let opened = try files.map { try ImportFile($0) }
    for file in opened { try reading.read(file, as: format ?? RowFormat(path: file.name) ?? .jsonl) }
    try reading.finish()
    let named = NamedDatabase(database)
    let store =
      dryRun
      ? try named.openIfThere(readOnly: named.isOnServer, Self.adjust) ?? Self.temporary("empty", in: folder)
      : try named.open(readOnly: false, Self.adjust)
    try await run(reading, on: store, trial: Self.temporary("trial", in: folder))
  }

  /// It numbers nothing: rows may be brought back to a database that lacks some, on whatever disk it is.
  private static func adjust(_ options: inout StoreOptions) {
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
  }

  private static func temporary(_ name: String, in folder: URL) throws -> Store {
    try NamedDatabase(folder.appendingPathComponent("\(name).sqlite3").path).open(readOnly: false) { options in
      adjust(&options)
      options.durability = .off
    }
  }

  private func run(_ reading: ImportReading, on store: Store, trial: Store) async throws {
    defer {
      store.close()
      trial.close()
    }
    let provenance = Provenance(
      .imported, asker: "headwater import", milliseconds: ProcessEnvironment.clock())
    let work = SpoolImport(
      spool: reading.spool, rules: ImportRules(allowsLower: allowLower, allowsDuplicates: allowDuplicates),
      provenance: provenance)
    var summary = reading.summary
    try await work.judge(by: store, and: trial, into: &summary)
    show(summary)
    guard summary.isAcceptable else {
      throw UserFacingError("nothing was imported: \(summary.refusedLines)\(summary.advice)")
    }
    guard !dryRun else {
      summary.floors = try await raise(reading.floors, on: store)
      return report(summary)
    }
    var result = try await work.write(to: store, summary).summary
    result.floors = try await raise(reading.floors, on: store)
    show(result)
    report(result)
    guard result.isAcceptable else {
      throw UserFacingError(
        "\(result.refusedLines), since a server has numbered their packages meanwhile; all other rows were imported")
    }
  }

  /// - Returns: how many floors were raised, or would be.
  private func raise(_ floors: FloorSpool, on store: Store) async throws -> Int {
    guard !floors.isEmpty else { return 0 }
    let raising = FloorRaising(
      spool: floors, setter: RaiseCommand.setter,
      milliseconds: ProcessEnvironment.clock())
    return try await raising.run(on: store, isDryRun: dryRun) { _ in }.raised
  }

  private func show(_ summary: ImportSummary) {
    for problem in summary.problems { FileHandle.standardError.write(Data("\(problem)\n".utf8)) }
  }

  private func report(_ summary: ImportSummary) {
    guard !json else { return print(summary.json(isDryRun: dryRun)) }
    print("\(dryRun ? "would add" : "added") \(summary.added) rows; \(summary.known) were there already")
    if summary.below > 0 { print("\(summary.below) of them lie below what their package has already") }
    if summary.floors > 0 { print("floors \(dryRun ? "to raise" : "raised"): \(summary.floors)") }
    if summary.summaries > 0 { print("\(summary.summaries) lines without a checksum were passed over") }
  }
}

/// Reads files into a spool.
private struct ImportReading {
  private(set) var spool: RowSpool
  private(set) var floors: FloorSpool
  private(set) var summary: ImportSummary
  private var progress = ProgressBar("reading")
  private var rows = 0
  private var file = 0

  init(spool: RowSpool, floors: FloorSpool, names: [String]) {
    self.spool = spool
    self.floors = floors
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

  mutating func finish() throws {
    try spool.finish()
    try floors.finish()
  }

  private mutating func take(_ line: RowParser.Line, _ number: Int) throws {
    let place = ImportPlace(file: file, line: number)
    switch line {
    case .nothing: break
    case .summary: summary.summaries += 1
    case .problem(let text): summary.refuse(text, at: place)
    case .floor(let floor):
      try floors.add(GatheredFloor(floor: floor, origin: .imported, source: summary.name(of: place)))
    case .row(let row):
      rows += 1
      progress.update(count: rows)
      try spool.append(row, at: place)
    }
  }
}
