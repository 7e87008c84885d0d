// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

struct AuthorityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authority", abstract: "Operate an authority on PostgreSQL.", subcommands: [AcceptStandbys.self])

  struct AcceptStandbys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "accept-standbys", abstract: "Go on without standbys.",
      discussion: """
        An authority whose commits have waited for standbys answers nothing once synchronous_standby_names is empty: with \
        the one server, answers would be lost. This command says that it is meant. The nodes go on by themselves. When \
        standbys are named again, commits must wait for them again.
        """)

    @Option(help: ArgumentHelp("The database.", valueName: "url"))
    var database: String

    func validate() throws {
      guard DatabaseURL.isURL(database) else { throw ValidationError("--database: name a postgresql:// URL") }
      if ServerDatabase.isMissing { throw ValidationError(ServerDatabase.howToBuild) }
    }

    func run() async throws {
      #if PostgreSQL
        try PostgresRecovery.acceptStandbys(try .ofCommand(database))
        print("\(NamedDatabase(database).name): answers are on one server's disk alone from now on")
      #endif
    }
  }
}
