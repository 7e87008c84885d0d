// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRClient
import PRRevision
import PRStore
import PRStoreSQLite
import PRTLS
import PRWire

#if PostgreSQL
  import PRStorePostgres
#endif

struct RecoverCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Repair a database that lost its last rows, or whose heads are wrong.",
    discussion: """
      A database that lies behind its mark numbers nothing until as many rows are back as were lost, or the loss is \
      acknowledged. Followers have the rows: a node below, or a mirror. A server that serves the database goes on by \
      itself afterwards. Exit status 1 when rows are still lacking.
      """)

  @Option(help: ArgumentHelp("The database.", valueName: "path"))
  var database = ServeOptions.table.database.standard

  @Option(
    help: ArgumentHelp(
      "Put back the rows that a follower has: its database file, or its address (tcp://HOST:PORT, tls://HOST:PORT).",
      valueName: "follower"))
  var from: String?

  @Flag(help: "Number on without the rows that are still lacking: their values may be given again, to other contents.")
  var acknowledgeLoss = false

  @Flag(help: "Compute the greatest value of each package anew from its rows.")
  var heads = false

  @OptionGroup(title: "TLS") var tls: TLSOptions

  func validate() throws {
    guard from != nil || acknowledgeLoss || heads else {
      throw ValidationError("nothing to do: give --from, --acknowledge-loss or --heads")
    }
  }

  func run() async throws {
    let named = NamedDatabase(database)
    let recovery: Recovered
    if named.isOnServer {
      if heads { throw ValidationError("--heads is for files: a database on PostgreSQL has no heads beside its rows") }
      recovery = try Self.onServer(database)
    } else {
      let file = try Recovery(of: database)
      recovery = Recovered(store: file.store, sought: file.sought, finish: file.finish)
      if heads {
        try await file.rebuildHeads()
        print("the heads are computed anew from the rows")
      }
    }
    if let from {
      let (summary, floors) = try await putBack(from, recovery)
      print(
        "put \(summary.added) rows back; \(summary.known) were there, \(summary.others) are of other nodes, "
          + "\(summary.conflicts.count) have a value that belongs to another checksum here")
      if floors > 0 { print("raised floors \(floors) times again") }
      for conflict in summary.conflicts.prefix(20) {
        FileHandle.standardError.write(
          Data("\(conflict.row.value) of \(conflict.row.tuple) belongs to the checksum \(conflict.holder) here\n".utf8))
      }
    }
    guard from != nil || acknowledgeLoss else { return }
    if let lacking = try recovery.finish(acknowledgeLoss) {
      throw UserFacingError(
        "\(named.name) still lacks rows: \(lacking); try another follower, or accept the loss with --acknowledge-loss")
    }
    print("\(named.name) numbers again")
  }

  private static func onServer(_ url: String) throws -> Recovered {
    #if PostgreSQL
      let recovery = try PostgresRecovery(try .ofCommand(url))
      return Recovered(store: recovery.store, sought: recovery.sought, finish: recovery.finish)
    #else
      throw UserFacingError(ServerDatabase.howToBuild)
    #endif
  }

  private func putBack(
    _ source: String, _ recovery: Recovered
  ) async throws -> (Restoration.Summary, floors: Int) {
    let restoration = Restoration(of: recovery.store)
    let sum = RecoverySum()
    let isFile = FileManager.default.fileExists(atPath: source)
    let take: @Sendable ([Row]) async throws -> Void = { rows in
      let now = ProcessEnvironment.clock()
      await sum.set(
        try await restoration.putBack(rows, areOfFeed: isFile, milliseconds: now, into: await sum.summary))
    }
    let raise: @Sendable ([Floor]) async throws -> Void = { floors in
      let now = ProcessEnvironment.clock()
      await sum.add(floors: try await restoration.putBack(floors, source: source, milliseconds: now))
    }
    if isFile {
      let follower = FollowerFile(source, of: recovery.sought)
      try await follower.readRows(take)
      try await follower.readFloors(raise)
    } else {
      try await readFeed(of: try Endpoint(source), take, raise)
    }
    return (await sum.summary, await sum.floors)
  }

  /// Reads the feed of a server from its beginning.
  private func readFeed(
    of server: Endpoint, _ body: @Sendable ([Row]) async throws -> Void,
    _ raise: @Sendable ([Floor]) async throws -> Void
  ) async throws {
    let context = server.isTLS ? try TLSContext.client(tls.files) : nil
    let connection = try await ServerConnection.open(to: server, tls: context, tlsName: tls.tlsName)
    try await connection.readFeed(
      limit: 8192, unreadable: "\(server) has no feed that could be read; is it a Headwater node?"
    ) { rows, floors in
      try await body(rows)
      if !floors.isEmpty { try await raise(floors) }
    }
    await connection.close()
  }
}

/// A store that is being repaired.
private struct Recovered {
  let store: Store
  /// The identities of the stores whose rows are sought.
  let sought: [String]
  /// Lets servers number in it again, or returns what it still lacks.
  let finish: (_ acknowledges: Bool) throws(StoreError) -> StoreLoss?
}

/// What was put back so far.
private actor RecoverySum {
  private(set) var summary = Restoration.Summary()

  private(set) var floors = 0

  func set(_ summary: Restoration.Summary) { self.summary = summary }
  func add(floors: Int) { self.floors += floors }
}
