// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRFederation
import PRMembership
import PRStore

extension FederationCommand {
  struct ForgetLane: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forget-lane",
      abstract: "Let a lane that was set by hand count no more: its store is gone, or never was there.",
      discussion: """
        Nothing is given at a level while a lane that was set by hand overlaps with lanes of the federation. If the store does mint \
        in that lane, two contents may get one number: stop it first, or start it with another --lane. The store counts again when \
        it names another lane, and when it comes back after 7 days.
        """)
    @OptionGroup var place: FederationOptions
    @Argument(help: "The store, as 'headwater federation' prints it.") var store: String?
    @Flag(help: "All stores with a lane that was set by hand.") var all = false

    func validate() throws {
      guard (store == nil) == all else { throw ValidationError("name one store, or give --all") }
    }

    func run() async throws {
      let database = try place.open()
      defer { database.close(isLast: false) }
      let name = store
      let forgotten = try await database.changeFederation { register throws(FederationFailure) in
        try register.forgetHandMade(name)
      }
      print("\(forgotten.joined(separator: ", ")): the lane counts no more. Next: invite, or join, as before")
    }
  }
}
