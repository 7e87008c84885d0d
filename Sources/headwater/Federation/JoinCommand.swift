// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRFederation
import PRMembership
import PRStore
import PRWire

struct JoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Join a federation, with the line that 'headwater invite' printed.")

  @Argument(help: "The address in the line.", transform: FederationArgument.address) var address: MemberAddress
  @Argument(help: "The token in the line.") var token: String
  @OptionGroup var place: FederationOptions

  @Flag(help: "Do not ask before a database that has numbers of its own joins.") var yes = false

  func run() async throws {
    let token: EnrollmentToken
    do throws(TokenError) {
      token = try EnrollmentToken(self.token)
    } catch {
      throw ValidationError("\(error)")
    }
    guard !DatabaseURL.isURL(place.database) else {
      throw UserFacingError("a site has a database of its own, in a file: name it with --database")
    }
    let store = try NamedDatabase(place.database).open(readOnly: false)
    defer { store.close(isLast: false) }
    let join = Join(store, keys: try place.folder)
    let isMember = try await store.membership() != nil
    let own = isMember ? [:] : try await join.ownNumbers()
    if !own.isEmpty, !yes { try confirm(own) }
    let joined = try await join.run(at: address, with: token)
    let listener = joined.addresses.first.map { " --listen tls://0.0.0.0:\($0.port)" } ?? ""
    print(
      "\(joined.membership.summary)\nNext:\n  headwater serve \(place.arguments) --listen tcp://0.0.0.0:8585\(listener)"
    )
  }

  /// A database with numbers of its own is not joined by mistake.
  private func confirm(_ own: [Int: UInt64]) throws {
    let levels = own.keys.sorted().map { "level \($0) up to \(own[$0] ?? 0)" }.joined(separator: ", ")
    print(
      """
      \(place.database) has numbers of its own (\(levels)). They stay, and new ones are minted above them; numbers that the
      federation has given to other contents before stay as they are too. Join with this database? [y/N]
      """)
    guard let line = readLine(), line.lowercased().hasPrefix("y") else {
      throw UserFacingError("nothing was changed; join with an empty --database, or with --yes")
    }
  }
}
