// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRServer
import PRStore
import PRStoreMemory
import PRWire
import Synchronization

@testable import PRMembership

/// An authority over a store in memory, whose clocks stand until a test sets them.
final class Desk: Sendable {
  let keys: KeyFolder
  let store: Store
  let authority: FederationAuthority
  let alarms = AlarmBoard()
  let log = TestLog()
  let time = TestTime()
  private let folder: TemporaryFolder
  private let database = MemoryDatabase(identity: "authority")

  static let federation = name("hq.example", FederationName.init)
  static let place = address("hq.example:8586")

  init(lifetime: Int64 = Register.standardLifetime, lanes: UInt64 = 256) async throws {
    folder = try TemporaryFolder()
    keys = KeyFolder(folder.file("keys"))
    store = try database.open()
    // What 'headwater federation create' does.
    guard let chooser = LaneChooser(count: lanes) else { throw DeskError.noValue }
    try await Founding(
      federation: Self.federation, addresses: [Self.place], lanes: chooser, lifetime: lifetime, at: time.now
    ).make(in: store, keys: keys)
    guard let register = try await store.read({ reader throws(StoreError) in try reader.register() }) else {
      throw DeskError.noValue
    }
    var environment = MembershipEnvironment.system
    environment.instant = { [time] in time.instant }
    let part = FederationPart(
      store: store, keys: keys, alarms: alarms, clock: { [time] in time.milliseconds },
      log: { [log] line in log.lines.withLock { $0.append(line) } }, reread: {},
      in: environment)
    authority = FederationAuthority(part, register: register)
  }

  deinit { _ = store.close() }

  var now: Int64 { time.now }

  /// What is on record.
  func register() async throws -> Register {
    let register = try await store.read { reader throws(StoreError) in try reader.register() }
    guard let register else { throw DeskError.noValue }
    return register
  }

  func member(_ name: String) async throws -> Member? {
    try await register().members.first { $0.name.text == name }
  }

  // MARK: Requests

  /// Sends a request, and waits for the answer.
  func ask(
    _ request: FederationRequest, from peer: FederationPeer, for client: ReadClient = ReadClient()
  ) async -> Result<String, NodeError> {
    await withCheckedContinuation { continuation in
      authority.answer(request, from: peer, for: client) { continuation.resume(returning: $0) }
    }
  }

  /// The same for an answer that is expected.
  func get<Answer: Decodable>(
    _ request: FederationRequest, from peer: FederationPeer, as: Answer.Type = Answer.self
  ) async throws -> Answer {
    try read(try await ask(request, from: peer).get())
  }

  // MARK: Members

  func invite(_ name: String, _ change: (inout Invitation.Offer) -> Void = { _ in }) async throws -> EnrollmentToken {
    var offer = Invitation.Offer(name: memberName(name))
    change(&offer)
    return try await store.invite(offer, hasRights: true, at: now).token
  }

  /// A store that has joined, at an address of its own.
  func join(
    _ name: String, below parent: Site? = nil, rights: Rights = [.read], kind: Member.Kind = .site
  ) async throws -> Site {
    let token = try await invite(name) { offer in
      (offer.parent, offer.rights, offer.kind) = (parent?.id, rights, kind)
      offer.addresses = [address("\(name).example:8586")]
    }
    let joiner = try Joiner(token, store: "store-of-\(name)")
    let answer: EnrollAnswer = try await get(joiner.enroll, from: .stranger)
    return try joiner.site(answer)
  }

  /// What an operator changes at the authority.
  @discardableResult
  func command(_ change: FederationChange) async throws -> String {
    let signing = try authority.signing()
    let answer: ChangeAnswer = try read(
      try await withCheckedContinuation { continuation in
        authority.change({ continuation.resume(returning: $0) }) { register throws(FederationFailure) in
          try register.make(change, by: .authority, now: signing.now, signing: signing)
        } then: { text, _ in
          ChangeAnswer(text: text)
        }
      }.get())
    return answer.text
  }
}

/// What the log of an authority has.
final class TestLog: Sendable {
  let lines = Mutex<[String]>([])

  func count(_ part: String) -> Int { lines.withLock { lines in lines.count { $0.contains(part) } } }
}

enum DeskError: Error {
  case noValue
}

/// Both clocks of an authority. They go on when a test says so.
final class TestTime: Sendable {
  private let state = Mutex((milliseconds: Int64(1_800_000_000_000), instant: ContinuousClock.now))

  var milliseconds: Int64 { state.withLock { $0.milliseconds } }
  var now: Int64 { milliseconds / 1000 }
  var instant: ContinuousClock.Instant { state.withLock { $0.instant } }

  func pass(_ seconds: Int64) { pass(milliseconds: seconds * 1000) }

  func pass(milliseconds: Int64) {
    state.withLock { state in
      state.milliseconds += milliseconds
      state.instant += .milliseconds(milliseconds)
    }
  }
}

extension FederationPeer {
  /// A client without a certificate.
  static let stranger = stranger(at: "10.0.0.1")

  static func stranger(at address: String) -> FederationPeer { FederationPeer(certificate: nil, address: address) }
}

extension Result where Failure == NodeError {
  /// The text of a refusal; nil for an answer, and for another failure.
  var refusal: String? {
    if case .failure(.federation(let refusal)) = self { refusal.reason } else { nil }
  }

  /// The sender may not ask for it.
  var isOfRights: Bool {
    if case .failure(.federation(let refusal)) = self { refusal.isOfRights } else { false }
  }
}
