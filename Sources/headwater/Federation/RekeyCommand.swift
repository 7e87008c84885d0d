// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRMembership

extension FederationCommand {
  struct Rekey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Exchange the authority's key, or say how far that is.",
      discussion: """
        Members get the certificate of the next key with their reports, signed by the present one. When all of them have it, the \
        authority signs with the next key, and they get certificates of it. When all have one, the former key is gone. The server of \
        the authority does that by itself.
        """)
    @OptionGroup var place: FederationOptions
    @Flag(help: "Go on without the members that have not reported: they have to be invited again.") var finish = false
    @Flag(help: "The key was lost, or is in other hands: begin with a new one. All members have to be invited again.")
    var keyLost = false
    @Flag(help: "Do not ask before --key-lost puts out all members.") var yes = false

    func validate() throws {
      guard !yes || keyLost else { throw ValidationError("--yes goes with --key-lost") }
      guard !finish || !keyLost else { throw ValidationError("give --finish or --key-lost, and not both") }
    }

    func run() async throws {
      let store = try place.open()
      defer { store.close(isLast: false) }
      let rekey = PRMembership.Rekey(store, keys: try place.folder, at: Self.now)
      print(try await keyLost ? rekey.replace(confirm: confirm) : rekey.advance(finishes: finish))
    }

    private func confirm(_ replaced: PRMembership.Rekey.Replaced) throws {
      guard !yes else { return }
      let count = replaced.members.count == 1 ? "the 1 member" : "all \(replaced.members.count) members"
      let rest = "and withdraws all open invitations: each member has to be"
      print("A new key puts out \(count) of \(replaced.federation), \(rest)")
      print("invited again, and to join again. It cannot be taken back.")
      if replaced.hasKey {
        let file = try place.folder.authorityKeyFile
        print("The present key is in \(file): unless it is in other hands,")
        print("'headwater federation rekey' exchanges it, and no member has to join again.")
      }
      try Confirmation.ask("Begin with a new key?", otherwise: "nothing was changed")
    }
  }
}
