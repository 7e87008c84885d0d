// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRStore

struct FreezeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze", abstract: "Write all that a node answers into a file that never changes.",
    discussion: """
      The file holds the node's own rows and those of its copy, as of one moment; servers may work on the database \
      meanwhile. FILE.manifest.json says what it is. Serve it with 'headwater serve --frozen FILE'.
      """)

  @Argument(help: "Where the file goes.") var file: String

  @Option(help: ArgumentHelp("The database.", valueName: "path"))
  var database = "prserv.sqlite3"

  @Flag(help: "Freeze values that name two contents: both are answered with them.") var allowDuplicates = false
  @Flag(help: "Replace a file that is there already.") var force = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let manifest = try Freeze(of: database, to: file).run(
      replaces: force, allowsDuplicates: allowDuplicates, time: Date().ISO8601Format())
    guard json else { return print("froze \(manifest.rows) rows of the store \(manifest.store): \(manifest.sha256)") }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(manifest), as: UTF8.self))
  }
}
