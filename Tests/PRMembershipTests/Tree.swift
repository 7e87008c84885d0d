// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRServer
import PRWire
import Testing

@testable import PRMembership

/// Headquarters with `pune` and `oslo` below it, `team` below `pune`, and `deep` below `team`.
struct Tree: Sendable {
  let desk: Desk
  var pune, oslo, team, deep: Site

  init(rights: Rights = [.read, .invite]) async throws {
    desk = try await Desk()
    pune = try await desk.join("pune", rights: rights)
    oslo = try await desk.join("oslo")
    team = try await desk.join("team", below: pune)
    deep = try await desk.join("deep", below: team)
  }

  /// Expects a request to be refused for lack of a right, and to change nothing.
  func expectRefusal(
    _ request: FederationRequest, from peer: FederationPeer, alarm: String? = nil,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try await desk.register()
    let outcome = await desk.ask(request, from: peer)
    #expect(outcome.refusal != nil && outcome.isOfRights, comment, sourceLocation: sourceLocation)
    #expect(try await desk.register() == before, comment, sourceLocation: sourceLocation)
    #expect(desk.authority.facts.isEmpty, comment, sourceLocation: sourceLocation)
    #expect(desk.alarms.all.all.map(\.cause) == (alarm.map { [$0] } ?? []), comment, sourceLocation: sourceLocation)
  }
}
