// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRStore

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Show what is new, changed and gone between two databases.",
    discussion: """
      Each of the two is a database, a frozen one, or an export: JSON Lines, CSV or OE-Core's .inc; - is JSON Lines from standard input. \
      Both are only read. A frozen one is compared with its manifest first. Exit status 0, with differences or without, unless --exit-code \
      is given.
      """)

  @Argument(help: "The older one.") var old: String
  @Argument(help: "The newer one.") var new: String

  @Flag(help: "Of a database, its own rows only, as 'headwater export' writes them: no copy of the upstream.")
  var own = false
  @Flag(help: "List all packages, however many differ.") var all = false
  @Flag(
    name: .customLong("exit-code"),
    help: "Exit status 1 where there are differences, and 2 where the comparison failed.")
  var exitCode = false
  @Flag(help: "Print JSON, an object a line.") var json = false

  func validate() throws {
    if old == "-", new == "-" { throw ValidationError("only one of the two can be standard input") }
  }

  func run() async throws {
    let counts: ReleaseCounts
    do {
      counts = try await compare()
    } catch  where exitCode {
      FileHandle.standardError.write(Data("headwater: \(Program.explanation(of: error))\n".utf8))
      throw ExitCode(2)
    }
    if exitCode, counts.areDifferent { throw ExitCode(1) }
  }

  private func compare() async throws -> ReleaseCounts {
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    let folder = temporary.url
    var before = try await ReleaseEntries(old, in: folder, named: "old", includesCopy: !own)
    var after = try await ReleaseEntries(new, in: folder, named: "new", includesCopy: !own)
    var spool = try DifferenceSpool(in: folder)
    var comparison = ReleaseComparison()
    var progress = ProgressBar("comparing")
    comparing: while true {
      switch comparison.next() {
      case .needs(.old): comparison.supply(try await before.next(), to: .old)
      case .needs(.new):
        comparison.supply(try await after.next(), to: .new)
        progress.update(count: comparison.counts.new.contents)
      case .found(let difference): try spool.add(difference)
      case .finished: break comparing
      }
    }
    progress.finish()
    try spool.finish()
    let sink = try TextSink(path: nil)
    if json {
      try ComparisonJSON(sink).write(comparison.counts, spool)
    } else {
      try ComparisonText(sink, limit: all ? nil : Self.listed).write(comparison.counts, spool)
    }
    try sink.finish()
    return comparison.counts
  }

  /// So many lines of each list are printed without `--all`.
  private static let listed = 20
}
