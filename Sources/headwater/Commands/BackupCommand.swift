// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRStore
import PRStoreSQLite
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

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
    if DatabaseURL.isURL(database) { return try await backUpServer() }
    var progress = ProgressBar("copying")
    try writingCopy(to: destination) {
      try Backup(of: database, to: destination).run(replaces: force) { progress.update(share: $0) }
    }
    progress.finish()
  }

  /// Writes a file with the rows of a store on PostgreSQL. It is another store: a server of it does not pass for the authority.
  private func backUpServer() async throws {
    #if PostgreSQL
      let source = try PostgresDraining(try PostgresOptions.ofCommand(database))
      guard let end = try source.end() else { throw StoreError.movedAway(path: source.path) }
      let target = try MovedFile(destination, replaces: force)
      var progress = ProgressBar("copying")
      _ = try await StoreDrain(source: source, target: target).run { done in
        progress.update(share: Double(done) / Double(max(end.serial, 1)))
      }
      try target.complete(as: nil)
      try target.settle()
      progress.finish()
    #else
      throw UserFacingError(ServerDatabase.howToBuild)
    #endif
  }
}
