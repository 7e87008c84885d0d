// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRStore
import PRStoreSQLite
import PRWire

struct BackupCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copy a database while servers use it.",
    discussion:
      "The copy is the database as of one moment. It gets its name once it is complete and on disk.")

  @Argument(help: "The file to write the copy to.") var destination: String

  @Option(help: ArgumentHelp("The database.", valueName: "path"))
  var database = ServeOptions.table.database.standard

  @Flag(help: "Replace a file that is there already.") var force = false

  func run() async throws {
    var progress = ProgressBar("copying")
    try writingCopy(to: destination) {
      try Backup(of: database, to: destination).run(replaces: force) { progress.update(share: $0) }
    }
    progress.finish()
  }
}
