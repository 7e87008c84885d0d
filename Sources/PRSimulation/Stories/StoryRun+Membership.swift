// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRFederation
import PRMembership
import PRNode
import PRRevision

/// What operators do about a federation.
extension StoryRun {
  func perform(_ action: Story.Membership) {
    switch action {
    case .create(let name, let lanes, let lifetime):
      guard let node = nodes[name] else { return }
      command(at: name) { person in
        try await person.create(lanes: lanes, lifetime: lifetime)
        node.restart()
      }
    case .join(let name, let parent, let isMirror, let isAgain):
      join(name, below: parent, isMirror: isMirror, isAgain: isAgain)
    case .relane(let name): change(name, FederationChange.relane)
    case .retire(let name): change(name, FederationChange.retire)
    case .revoke(let name): change(name, FederationChange.revoke)
    case .afterRestore(let name):
      command(at: name) { [world] person in
        for _ in 0..<20 {
          guard try await person.register?.restoredAt != nil else { return }
          // Members are waited for.
          do { return try await person.endRestore() } catch { await world.pause(.seconds(30)) }
        }
      }
    case .clone(let name, let other): clone(name, to: other)
    case .setClock(let name, let time): nodes[name]?.clockOffset += time.wholeMilliseconds
    case .rekey(let name): command(at: name) { person in try await person.rekey() }
    case .upgrade(let name): upgrade(name)
    case .resolve(let name, let other): network.resolve(name, to: other)
    case .key(let name, let isThere): nodes[name]?.disk.keyFiles.lacksAuthorityKey = !isThere
    }
  }

  /// Runs a command on the database of a node. One that is refused changes nothing, and its operator leaves it at that.
  private func command(at name: String, _ body: @escaping @Sendable (Operator) async throws -> Void) {
    guard let node = nodes[name] else { return }
    let person = Operator(at: node)
    // The story goes on meanwhile.
    Task(executorPreference: world.syncEnvironment.executor) {
      try? await body(person)
      person.leave()
    }
  }

  /// At the authority, as far as there is one.
  private func change(_ name: String, _ change: @escaping @Sendable (MemberName) -> FederationChange) {
    guard let authority = story.authority else { return }
    command(at: authority) { person in try await person.make(change(try MemberName(name))) }
  }

  private func join(_ name: String, below parent: String, isMirror: Bool, isAgain: Bool) {
    guard let node = nodes[name] else { return }
    command(at: parent) { [self] above in
      guard let invited = try await again({ try await above.invite(name, isMirror: isMirror, isAgain: isAgain) }) else {
        return
      }
      let person = Operator(at: node)
      defer { person.leave() }
      guard let membership = try await again({ try await person.join(with: invited) }) else { return }
      // A server that runs as a member takes its new place by itself.
      if node.member == nil { node.restart() }
      joined(name, below: parent, isMirror: membership.kind == .mirror)
    }
  }

  /// As a person does whose line is cut.
  private func again<Value>(_ body: () async throws -> Value) async throws -> Value? {
    for _ in 0..<20 {
      do {
        return try await body()
      } catch let refusal as FederationRefusal where !refusal.isAnswer {
        await world.pause(.seconds(20))
      } catch is ClientError {
        await world.pause(.seconds(20))
      }
    }
    return nil
  }

  private func clone(_ name: String, to other: String) {
    guard let original = nodes[name], let copy = nodes[other], original !== copy else { return }
    copy.kill()
    doubt.copied(from: story.file(of: name), to: story.file(of: other), nodes)
    copy.disk.copy(original.disk)
    takePlace(of: name, at: other)
    copy.start()
  }
}

extension Story {
  /// The nodes that databases are copied to.
  var copies: Set<String> {
    Set(
      actions.compactMap { timed in
        if case .membership(.clone(_, let copy)) = timed.action { copy } else { nil }
      })
  }

  /// The node at which the federation begins.
  var authority: String? {
    for timed in actions {
      if case .membership(.create(let name, _, _)) = timed.action { return name }
    }
    return nil
  }
}
