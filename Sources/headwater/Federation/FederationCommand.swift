// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRCertificates
import PRFederation
import PRMembership
import PRStore
import PRWire

struct FederationCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "federation", abstract: "Begin a federation, show it, and change it.",
    subcommands: [
      Show.self, Create.self, Retire.self, Revoke.self, Rename.self, Relane.self, ForgetLane.self, Rekey.self,
      AfterRestore.self,
    ], defaultSubcommand: Show.self)

  /// Asks, or changes, where the command is run: at the authority, or at a member for what is below it.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the federation as a tree. The default.",
      discussion: """
        Of a database it prints what that holds: the register at the authority, at a member its own place. With --server it asks a \
        server that runs; a member has what stands above it, and what has reported through it.
        """)

    @OptionGroup var place: FederationOptions
    @OptionGroup(title: "A server that runs") var connection: ServerOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      guard connection.givenServer == nil else { return show(try await connection.federation()) }
      let store = try place.open(readOnly: true)
      defer { store.close(isLast: false) }
      if let register = try await store.read({ reader throws(StoreError) in try reader.register() }) {
        return show(FederationReport(register, at: Self.now))
      }
      guard let membership = try await store.membership() else {
        throw UserFacingError(
          "\(place.database) is in no federation; begin one with 'headwater federation create', or join one with 'headwater "
            + "join'")
      }
      print(json ? FederationReport(membership).text : membership.summary)
    }

    private func show(_ report: FederationReport) {
      print(json ? report.text + "\n" : FederationTree(report: report).text, terminator: "")
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begin a federation, with this database as its authority.",
      discussion: """
        Makes the authority's key and certificate in the folder of --keys, and the register in the database. With its file \
        'authority.key' members are made: let no other user read it, and keep a copy of it apart.
        """)

    @OptionGroup var place: FederationOptions

    @Option(help: ArgumentHelp("The name of the federation, such as hq.example.", valueName: "name"))
    var name: String

    @Option(
      help: ArgumentHelp(
        "Where members reach the authority. Default: the federation's name and port 8586. Repeatable.",
        valueName: "host:port"), transform: FederationArgument.address)
    var address: [MemberAddress] = []

    @Option(help: "How many lanes a level has: the most members of a level that mint. Default: 256.")
    var lanes: UInt64 = LaneChooser.standard.count

    @Option(help: "How long the certificates of members are good. Default: 2160h, 90 days.", transform: TimeSpan.parse)
    var certificateLifetime = TimeSpan(seconds: Register.standardLifetime)

    func run() async throws {
      let federation: FederationName
      do throws(NameError) {
        federation = try FederationName(name)
      } catch {
        throw ValidationError("--name '\(name)': \(error)")
      }
      guard let chooser = LaneChooser(count: lanes) else {
        throw ValidationError("--lanes: write a number from 1 to \(LaneChooser.maximum)")
      }
      let addresses = try address.isEmpty ? [FederationArgument.address("\(name):8586")] : address
      let folder = try place.folder
      let store = try NamedDatabase(place.database).open(readOnly: false)
      defer { store.close(isLast: false) }
      try await check(store, folder)
      let founding = Founding(
        federation: federation, addresses: addresses, lanes: chooser,
        lifetime: Int64(clamping: certificateLifetime.duration.components.seconds), at: Self.now)
      try await founding.make(in: store, keys: folder)
      report(folder, addresses)
    }

    private func check(_ store: Store, _ folder: KeyFolder) async throws {
      let (register, membership) = (
        try await store.read { reader throws(StoreError) in try reader.register() }, try await store.membership()
      )
      if let register {
        throw UserFacingError(
          "\(place.database) is the database of the federation \(register.federation) already; 'headwater invite' adds to it"
        )
      }
      if let membership {
        throw UserFacingError(
          "\(place.database) is that of the member \(membership.name) of \(membership.federation): a federation begins with "
            + "another database")
      }
      guard !folder.isComplete, !folder.hasAuthorityKey else {
        throw UserFacingError("\(folder.path) has keys already; name another folder with --keys, or move it away")
      }
    }

    private func report(_ folder: KeyFolder, _ addresses: [MemberAddress]) {
      let port = addresses.first.map { "\($0.port)" } ?? "8586"
      print(
        """
        The federation \(name) has begun. Its keys are in \(folder.path); keep a copy of authority.key apart.
        Next:
          headwater serve \(place.arguments) --listen tcp://0.0.0.0:8585 --listen tls://0.0.0.0:\(port)
          headwater invite NAME \(place.arguments)
        """)
    }
  }

  struct Retire: AsyncParsableCommand, ChangeCommand {
    static let configuration = CommandConfiguration(
      abstract: "Have a member leave in order: it mints no more, and its lane can be given again.")
    @OptionGroup var place: FederationOptions
    @Argument(help: "The member.", transform: FederationArgument.name) var name: MemberName
    var change: FederationChange { .retire(name) }
  }

  struct Revoke: AsyncParsableCommand, ChangeCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shut a member out, or withdraw an invitation that is open.")
    @OptionGroup var place: FederationOptions
    @Argument(help: "The member.", transform: FederationArgument.name) var name: MemberName
    var change: FederationChange { .revoke(name) }
  }

  struct Rename: AsyncParsableCommand, ChangeCommand {
    static let configuration = CommandConfiguration(abstract: "Give a member another name.")
    @OptionGroup var place: FederationOptions
    @Argument(help: "The member.", transform: FederationArgument.name) var name: MemberName
    @Argument(help: "Its name from now on.", transform: FederationArgument.name) var newName: MemberName
    var change: FederationChange { .rename(name, to: newName) }
  }

  struct Relane: AsyncParsableCommand, ChangeCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give a member a lane that was never given: after its database was cloned or restored.")
    @OptionGroup var place: FederationOptions
    @Argument(help: "The member.", transform: FederationArgument.name) var name: MemberName
    var change: FederationChange { .relane(name) }
  }

  struct AfterRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "after-restore", abstract: "Give lanes again after the authority's database was restored.",
      discussion: """
        A restored register has forgotten the lanes that were given since the backup. It gives none until all members have \
        reported, or until --yes confirms that those which have not were given none since the backup.
        """)
    @OptionGroup var place: FederationOptions
    @Flag(help: "Members that have not reported were given no lane since the backup.") var yes = false

    func run() async throws {
      let store = try place.open()
      defer { store.close(isLast: false) }
      let (yes, now) = (yes, Self.now)
      let hasBegun = try await store.changeFederation { register throws(FederationFailure) in
        try register.endRestore(takesWord: yes, at: now)
      }
      print(
        hasBegun
          ? "The register is marked as restored: it gives no lane. Run this again when all members have reported."
          : "The register gives lanes again.")
    }
  }
}

/// A command that changes a member.
protocol ChangeCommand: AsyncParsableCommand {
  var place: FederationOptions { get }
  var change: FederationChange { get }
}

extension ChangeCommand {
  func run() async throws {
    let store = try place.open()
    defer { store.close(isLast: false) }
    let (change, now) = (change, Self.now)
    if let membership = try await store.membership() {
      return print(try await MemberCommands(membership, keys: try place.folder).make(change))
    }
    print(try await store.make(change, keys: place.folder, at: now))
  }
}
