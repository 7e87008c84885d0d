// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRClient
import PRInterchange
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire

extension RowFormat: ExpressibleByArgument {}

struct Export: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the rows of a server or of a database to a file.",
    discussion: "Without --history, the rows that hold the greatest value of their package.")

  @OptionGroup var connection: ServerOption

  @Option(help: ArgumentHelp("Read this database instead of asking a server.", valueName: "path"))
  var database: String?

  @Option(help: "jsonl, csv or inc (OE-Core's format). Default: that of the output's suffix, else jsonl.")
  var format: RowFormat?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file to write; it gets its name once it is complete.", valueName: "path"))
  var output: String?

  @Flag(help: "All rows, not only those with the greatest value of their package.") var history = false

  @Flag(help: "With inc: begin with PRSERV_LOCKDOWN, so that builds which read the file ask no server.")
  var lockdown = false

  @Option(help: "Only this version.") var packageVersion: String?
  @Option(help: "Only this package architecture.") var pkgarch: String?
  @Option(help: "Only this checksum.") var checksum: String?

  func validate() throws {
    if CommandOptions.areGiven("server", "database") {
      throw ValidationError("--server and --database name two sources: leave one out")
    }
    if lockdown, writtenFormat != .inc { throw ValidationError("--lockdown is for --format inc") }
  }

  private var writtenFormat: RowFormat { format ?? output.flatMap(RowFormat.init(path:)) ?? .jsonl }

  func run() async throws {
    let filter = RowFilter(
      version: packageVersion, pkgarch: pkgarch, checksum: checksum, history: History(kept: history))
    var writer = ExportFile(
      try TextSink(path: output), RowPrinter(writtenFormat, locksDown: lockdown), countsDots: writtenFormat == .inc)
    try writer.begin()
    if let database {
      try await copyDatabase(database, filter, to: &writer)
    } else {
      try await askServer(filter, to: &writer)
    }
    try writer.finish()
  }

  private func askServer(_ filter: RowFilter, to writer: inout ExportFile) async throws {
    let server = try await connection.open()
    for row in try await server.export(ExportQuery(filter)) { try writer.write(row) }
    await server.close()
  }

  private func copyDatabase(_ path: String, _ filter: RowFilter, to writer: inout ExportFile) async throws {
    let store = try NamedDatabase(path).open(readOnly: true)
    defer { store.close() }
    guard try await store.read({ reader throws(StoreError) in try reader.hasRows }) else {
      throw UserFacingError(
        "\(path) holds no PR table; is it the right file? "
          + "Those of BitBake 2.8 and older are taken over when 'headwater serve' opens it")
    }
    var progress = ProgressBar("exporting")
    var cursor: RowCursor? = .start
    while let position = cursor {
      let page = try await store.read { reader throws(StoreError) in try reader.page(of: filter, from: position) }
      for row in page.rows { try writer.write(row) }
      progress.update(count: writer.rows)
      cursor = page.next
    }
    try await copyFloors(of: store, filter, to: &writer)
    progress.finish()
  }

  /// Only JSON Lines have floors. They name no checksum, so that a filter for one selects none of them.
  private func copyFloors(of store: Store, _ filter: RowFilter, to writer: inout ExportFile) async throws {
    guard filter.checksum == nil else { return }
    var serial: Int64? = 0
    while let start = serial {
      let entries = try await store.read { reader throws(StoreError) in
        var last: [FloorEntry] = []
        let page = try reader.floors(after: start, limit: 1024)
        for entry in page where try reader.floor(of: entry.floor.package) == entry.floor.value { last.append(entry) }
        return (last: last, end: page.last?.serial)
      }
      for entry in entries.last where filter.selects(entry.floor.package) { try writer.write(entry.floor) }
      serial = entries.end
    }
  }
}

extension RowFilter {
  fileprivate func selects(_ package: PackageKey) -> Bool {
    [(version, package.version), (pkgarch, package.pkgarch)].allSatisfy { wanted, name in
      wanted.map { $0.utf8.elementsEqual(name.utf8) } ?? true
    }
  }
}

/// Rows on their way into a file.
private struct ExportFile {
  private let sink: TextSink
  private let printer: RowPrinter
  private(set) var rows = 0
  private var leftOut = 0
  private var floorsLeftOut = 0
  /// How many values have dots; nil in a format that has no use for the count.
  private var dotted: Int?
  /// The package whose rows come by, and its greatest value so far.
  private var package: (key: PackageKey, greatest: Row)?

  init(_ sink: TextSink, _ printer: RowPrinter, countsDots: Bool) {
    dotted = countsDots ? 0 : nil
    self.sink = sink
    self.printer = printer
  }

  func begin() throws { try sink.write(printer.header) }

  mutating func write(_ row: Row) throws {
    if package?.key != row.tuple.package { try summarize() }
    if isGreatestSoFar(row) { package = (row.tuple.package, row) }
    guard let line = printer.line(row) else {
      leftOut += 1
      return
    }
    rows += 1
    if row.value.utf8.contains(UInt8(ascii: ".")) { dotted? += 1 }
    try sink.write(line)
  }

  mutating func write(_ floor: Floor) throws {
    try summarize()
    if let line = printer.line(floor) { try sink.write(line) } else { floorsLeftOut += 1 }
  }

  private func isGreatestSoFar(_ row: Row) -> Bool {
    guard let package else { return true }
    guard let old = Revision(package.greatest.value), let new = Revision(row.value) else { return false }
    return new > old
  }

  private mutating func summarize() throws {
    defer { package = nil }
    guard let package, printer.line(package.greatest) != nil,
      let line = printer.summary(package.key, greatest: package.greatest.value)
    else { return }
    try sink.write(line)
  }

  /// A file that lacks rows does not appear; what went to standard output is there already.
  mutating func finish() throws {
    try summarize()
    if leftOut == 0 || !sink.isFile { try sink.finish() }
    if floorsLeftOut > 0 {
      FileHandle.standardError.write(
        Data("note: \(floorsLeftOut) floors are not in this format; --format jsonl has them.\n".utf8))
    }
    if let dotted, dotted > 0, leftOut == 0 {
      FileHandle.standardError.write(
        Data(
          """
          note: \(dotted) of \(rows) values have dots. OE-Core's 'bitbake-prserv-tool import' passes over them; \
          'headwater import' and builds with PRSERV_LOCKDOWN (--lockdown) read them.

          """.utf8))
    }
    guard leftOut > 0 else { return }
    throw UserFacingError(
      "\(leftOut) rows have names that BitBake cannot read in this format\(sink.isFile ? ", and nothing was written" : ""); use jsonl"
    )
  }
}
