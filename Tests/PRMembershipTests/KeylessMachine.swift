// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRServer
import PRStore
import PRWire
import Synchronization

@testable import PRMembership

/// A further machine of a desk's authority, without the key. While it waits, time passes, and the desk looks into the register if it
/// runs.
final class KeylessMachine: Sendable {
  let keys: KeyFolder
  let authority: FederationAuthority
  let alarms = AlarmBoard()
  private let isDeskRunning = Atomic(true)
  private let folder: TemporaryFolder

  init(_ desk: Desk) async throws {
    folder = try TemporaryFolder()
    let keys = KeyFolder(folder.file("keys"))
    let token = try await desk.invite("hq-b") { offer in
      (offer.kind, offer.addresses) = (.machine, [address("hq-b.example:8586")])
    }
    let joiner = try Joiner(token, store: "authority")
    let answer: EnrollAnswer = try await desk.get(joiner.enroll, from: .stranger)
    try keys.make()
    try Join.Issued(answer, joiner.key, desk.keys.authorities()[0], at: desk.now).write(joiner.key, to: keys)
    self.keys = keys
    let waiting = Waiting()
    var environment = MembershipEnvironment.system
    environment.instant = { [time = desk.time] in time.instant }
    environment.pause = { [time = desk.time] _ in
      time.pass(milliseconds: 200)
      await waiting.body?()
    }
    let part = FederationPart(
      store: desk.store, keys: keys, alarms: alarms, clock: { [time = desk.time] in time.milliseconds }, log: { _ in },
      reread: {}, in: environment)
    authority = FederationAuthority(part, register: try await desk.register())
    // The desk closes its store when it goes, which must not be in a decision of that store.
    waiting.set { [weak self, weak desk] in
      if self?.isDeskRunning.load(ordering: .relaxed) == true { await desk?.authority.look() }
    }
  }

  func desk(runs: Bool) { isDeskRunning.store(runs, ordering: .relaxed) }

  func ask(_ request: FederationRequest, from peer: FederationPeer) async -> Result<String, NodeError> {
    await withCheckedContinuation { continuation in
      authority.answer(request, from: peer, for: ReadClient()) { continuation.resume(returning: $0) }
    }
  }

  func get<Answer: Decodable>(_ request: FederationRequest, from peer: FederationPeer) async throws -> Answer {
    try read(try await ask(request, from: peer).get())
  }
}

/// What happens while a machine waits.
private final class Waiting: Sendable {
  private let kept = Mutex<(@Sendable () async -> Void)?>(nil)

  var body: (@Sendable () async -> Void)? { kept.withLock { $0 } }

  func set(_ body: @escaping @Sendable () async -> Void) { kept.withLock { $0 = body } }
}
