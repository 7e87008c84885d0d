// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRStore
import PRStoreSQLite
import PRWire

struct FreezeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze", abstract: "Write the answers of a node to a file that never changes.",
    discussion: """
      The file holds the node's own rows and those of its copy, as of one moment; servers may work on the database \
      meanwhile. FILE.manifest.json says what it is. Serve it with 'headwater serve --frozen FILE'.
      """)

  @Argument(help: "The file to write.") var file: String

  @Option(help: ArgumentHelp("The database.", valueName: "path"))
  var database = ServeOptions.table.database.standard

  @Flag(help: "Freeze values that name two contents as well.") var allowDuplicates = false
  @Flag(help: "Freeze a copy of the upstream that is not complete, or a database without rows.")
  var allowIncomplete = false
  @Flag(help: "Replace a file that is there already.") var force = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    try NamedDatabase(database).requireFile("freeze a file that 'headwater backup --database URL FILE' has written")
    let manifest = try writingCopy(to: file) {
      try Freeze(of: database, to: file).run(
        replaces: force, allowsDuplicates: allowDuplicates, allowsIncomplete: allowIncomplete,
        time: Date().ISO8601Format())
    }
    try await tellOfEmptyRows()
    guard json else {
      let source = manifest.store.isEmpty ? "a database that Headwater never opened" : "the store \(manifest.store)"
      return print("froze \(manifest.rows) rows of \(source): \(manifest.sha256)")
    }
    print(try manifest.jsonLine)
  }

  private func tellOfEmptyRows() async throws {
    let (store, _) = try Store.open(StoreOptions(path: database, readOnly: true))
    let empty = try await store.read { reader throws(StoreError) in try reader.emptyRows }
    guard empty > 0 else { return }
    FileHandle.standardError.write(Data("headwater: \(empty) rows have no value and were left out\n".utf8))
  }
}
