// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRFederation
import PRMembership
import PRRevision
import PRStore
import PRWire

struct InviteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Offer a place in the federation: prints the line with which a site joins.",
    discussion: """
      At the authority's database a site is invited right below the authority, at a member's below that member. The line is \
      good for 24 hours, and for one site.
      """)

  @Argument(
    help: "The name of the site, such as pune: letters in lower case, digits, hyphens and dots.",
    transform: FederationArgument.name)
  var name: MemberName

  @OptionGroup var place: FederationOptions

  @Option(
    help: ArgumentHelp(
      "Where members below the site will reach it; without one it can have none. Repeatable.", valueName: "host:port"),
    transform: FederationArgument.address)
  var address: [MemberAddress] = []

  @Flag(help: "The site is a mirror: it answers from its copy, and mints nothing.") var mirror = false

  @Flag(
    help:
      "A further machine of the authority, which shares its database on PostgreSQL: it has no lane, and may do without the key."
  )
  var machine = false

  @Flag(help: "The site is a member and joins once more: its keys were lost, or it was off for long.") var again = false

  @Option(
    help: ArgumentHelp(
      "What the site may ask of its upstream. Default: read, and with --address invite; with --again what it had.",
      valueName: "rights"))
  var rights: String?

  func validate() throws {
    guard machine else { return }
    guard !mirror, rights == nil else {
      throw ValidationError(
        "a machine of the authority is no mirror, and has no rights of its own: leave these options out")
    }
  }

  func run() async throws {
    guard !machine || NamedDatabase(place.database).isOnServer else {
      throw UserFacingError(
        "a file serves one machine: an authority on several machines has its database on PostgreSQL, where 'headwater move' "
          + "brings it")
    }
    let store = try place.open()
    defer { store.close(isLast: false) }
    let hasRights = rights != nil
    guard let rights = Rights(rights ?? "none") else {
      throw ValidationError("--rights: write \(Rights.all.names.joined(separator: ", ")), joined by commas, or none")
    }
    let offer = Invitation.Offer(
      name: name, kind: machine ? .machine : mirror ? .mirror : .site, addresses: address, rights: rights,
      isAgain: again)
    let invited: Invited
    if let membership = try await store.membership() {
      invited = try await MemberCommands(membership, keys: try place.folder).invite(
        offer, hasRights: hasRights)
    } else {
      invited = try await store.invite(offer, hasRights: hasRights, keys: place.givenFolder, at: Self.now)
    }
    let isMachine = try await store.isOfMachine(invited.token)
    let options = isMachine ? " --database \(DatabaseURL.withoutPassword(place.database)) --keys DIRECTORY" : ""
    print(
      """
      \(name) is invited. Within 24 hours, paste this at the \(isMachine ? "machine" : "site"):

        headwater join \(invited.address) \(invited.token.text)\(options)

      """)
  }
}
