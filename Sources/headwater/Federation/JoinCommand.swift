// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRFederation
import PRMembership
import PRStore
import PRWire

struct JoinCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "join", abstract: "Join a federation, with the line that 'headwater invite' printed.",
    discussion: """
      A site joins with a database of its own, in a file. A further machine of an authority, which 'headwater invite --machine' has \
      invited, joins with the authority's database: give its postgresql:// URL as --database, and a folder for the machine's own keys \
      as --keys.
      """)

  @Argument(help: "The address in the line.", transform: FederationArgument.address) var address: MemberAddress
  @Argument(help: "The token in the line.") var token: String
  @OptionGroup var place: FederationOptions

  @Flag(help: "Do not ask before a database joins that has values which the federation has for other contents.")
  var yes = false

  func run() async throws {
    let token: EnrollmentToken
    do throws(TokenError) {
      token = try EnrollmentToken(self.token)
    } catch {
      throw ValidationError("\(error)")
    }
    guard !DatabaseURL.isURL(place.database) else { return try await joinMachine(token) }
    let store = try NamedDatabase(place.database).open(readOnly: false)
    defer { store.close(isLast: false) }
    let join = Join(store, keys: try place.folder)
    let joined = try await join.run(at: address, with: token) { rivals, name in try confirm(rivals, as: name) }
    report(joined.membership.summary, joined.addresses)
  }

  /// A further machine of the authority: the database is the authority's.
  private func joinMachine(_ token: EnrollmentToken) async throws {
    let folder = try place.folder
    let store = try place.open()
    defer { store.close(isLast: false) }
    let joined = try await Join(store, keys: folder).runMachine(at: address, with: token)
    report("\(joined.name) is a machine of the authority of \(joined.federation)", joined.addresses)
  }

  private func report(_ summary: String, _ addresses: [MemberAddress]) {
    let listener = addresses.first.map { " --listen tls://0.0.0.0:\($0.port)" } ?? ""
    print("\(summary)\nNext:\n  headwater serve \(place.arguments) --listen tcp://0.0.0.0:8585\(listener)")
  }

  /// An upstream may have sent characters that move the cursor.
  private static func shown(_ text: String) -> String {
    let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(scalars))
  }

  /// A database whose numbers name other contents elsewhere is not joined by mistake.
  private func confirm(_ rivals: RivalRows, as name: MemberName) throws {
    let count = rivals.count == 1 ? "1 value" : "\(rivals.count) values"
    print("\(place.database) has \(count) that the federation has given to other contents:")
    for rival in rivals.first {
      let package = "\(rival.package.version) \(rival.package.pkgarch) \(rival.value)"
      print(Self.shown("  \(package): here \(rival.own), there \(rival.upstream)"))
    }
    if rivals.count > rivals.first.count { print("  and \(rivals.count - rivals.first.count) more") }
    print("They stay, and new ones are minted above them. Packages of both contents may be out under one number.")
    guard !yes else { return }
    let advice =
      "nothing was changed here. The federation has \(name) as a member by now: run the same line again within an hour, or end "
      + "it with 'headwater federation revoke \(name)' at the authority"
    try Confirmation.ask("Join with this database?", otherwise: advice)
  }
}
