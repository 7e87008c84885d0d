// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRNode
import PRStore
import PRWire

/// A machine of the authority waits for the signature of another one.
struct PendingWait: Sendable {
  let store: Store
  let environment: MembershipEnvironment

  /// In seconds.
  static let patience: Int64 = 10
  private static let look = Duration.milliseconds(200)

  /// A request that is to be put into the register.
  static func request(_ order: SigningOrder, by machine: String, at now: Int64) -> PendingRequest {
    var random = SystemRandomNumberGenerator()
    return PendingRequest(id: PendingID(random.next()), machine: machine, request: order.text, at: now)
  }

  /// Waits for the answer to a request that is in the register, and takes it out.
  ///
  /// - Parameter register: gives it as it is now; nil where it cannot be read.
  /// - Returns: nil where no machine has answered in time.
  func answer(to id: PendingID, _ register: () async -> Register?) async -> PendingRequest.Answer? {
    let begin = environment.instant()
    while !Task.isCancelled, environment.instant() - begin < .seconds(Self.patience) {
      // One that is gone was swept by another machine: there is no more to wait for.
      let found = await register().map { register in register.pending.first { $0.id == id } }
      if let found, found == nil || found?.answer != nil { break }
      await environment.pause(Self.look)  // another machine gives no signal
    }
    // It may have been answered just now.
    return try? await store.changeFederation { register throws(FederationFailure) in register.endPending(id) }
  }
}

extension FederationRefusal {
  /// No machine with the authority's key has answered.
  static let unsigned = FederationRefusal(
    "no machine with the authority's key has answered within \(PendingWait.patience) s; start one, or put authority.key and "
      + "authority.pem into the folder of --keys of this one, and try again")
}

extension PendingRequest.Answer? {
  /// The answer as JSON.
  func text() throws(FederationRefusal) -> String {
    switch self {
    case .done(let text)?: return text
    case .refused(let reason)?: throw FederationRefusal(reason)
    case nil: throw .unsigned
    }
  }
}

extension KeyFolder {
  /// Whether it has the key of the authority that the register names.
  func canSign(for register: Register, at now: Int64) -> Bool {
    hasAuthorityKey && (try? authority(withKey: register.authority, at: now)) != nil
  }

  /// The row of the machine whose folder it is; nil for the one on which the federation began.
  package func machine(in register: Register) -> Member? {
    guard register.members.contains(where: { $0.kind == .machine }), let certificate = try? certificate() else {
      return nil
    }
    return register.machine(certificate: certificate.serial.description)
  }
}

extension Store {
  /// Makes a change at the authority. What has to be signed is signed here, or by another machine of the authority that runs.
  ///
  /// - Returns: what was done.
  package func make(
    _ change: FederationChange, keys: KeyFolder, at now: Int64, in environment: MembershipEnvironment = .system
  ) async throws -> String {
    let found = try await read { reader throws(StoreError) in try reader.register() }
    guard let register = found else { throw FederationFailure.noFederation }
    guard change.needsSignature(in: register) else {
      return try await changeFederation { register throws(FederationFailure) in
        try register.make(change, by: .authority, now: now, signing: nil)
      }
    }
    guard register.isOnSeveralMachines, !keys.canSign(for: register, at: now),
      let order = SigningOrder(change, by: .authority)
    else {
      let signing = try Signing(keys, at: now)
      return try await changeFederation { register throws(FederationFailure) in
        try register.make(change, by: .authority, now: now, signing: signing)
      }
    }
    let request = PendingWait.request(order, by: keys.machine(in: register)?.name.text ?? "a command", at: now)
    try await changeFederation { register throws(FederationFailure) in
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in try register.ask(request) }
    }
    let answer = await PendingWait(store: self, environment: environment).answer(to: request.id) {
      try? await self.read { reader throws(StoreError) in try reader.register() }
    }
    return try ChangeAnswer.read(answer.text()).text
  }
}
