// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRStore

/// An operator exchanges the authority's key.
package struct Rekey: Sendable {
  private let store: Store
  private let keys: KeyFolder
  private let now: Int64

  /// - Parameter now: in seconds since 1970.
  package init(_ store: Store, keys: KeyFolder, at now: Int64) {
    self.store = store
    self.keys = keys
    self.now = now
  }

  private func register() async throws -> Register {
    let register = try await store.read { reader throws(StoreError) in try reader.register() }
    guard let register else { throw FederationFailure.noFederation }
    return register
  }

  // MARK: With the present key

  /// Begins, or says how far it is.
  ///
  /// - Parameter finishes: what is waited for is left out.
  /// - Returns: what was done, and what is to be done next.
  package func advance(finishes: Bool) async throws -> String {
    let register = try await register()
    guard let change = register.rekeying, let wait = register.rekeyingWait(now: now) else {
      guard !finishes else {
        throw FederationRefusal("the authority's key is not being changed; begin with 'headwater federation rekey'")
      }
      return try await begin(register)
    }
    guard finishes else { return Self.words(change.phase, wait) }
    return try await finish(register, wait)
  }

  private func begin(_ register: Register) async throws -> String {
    let (present, now) = (try present(register), now)
    let next = try next(after: present)
    // The key is on disk before a member gets its certificate.
    try keys.write(next: next)
    let signing = Signing(present, other: next, at: now)
    let former = Rekeying.Key(digest: present.certificate.digest, certificate: try present.certificate.pem())
    let new = Rekeying.Key(digest: next.certificate.digest, certificate: try next.certificate.pem())
    try await store.changeFederation { register throws(FederationFailure) in
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try register.beginRekeying(from: former, to: new, now: now)
      }
      try register.signList(signing)
    }
    return """
      The next key of the authority is in \(keys.nextAuthorityKeyFile); keep a copy of it apart. Members get its certificate with \
      their next reports. When all have it, the authority signs with it, and they get certificates of it; then the former key is \
      gone. The authority's server does that: let it run.
      Next:
        headwater federation   shows how far it is
      """
  }

  private func present(_ register: Register) throws -> CertificateAuthority {
    do throws(KeyFolderError) {
      return try keys.authority(withKey: register.authority, at: now)
    } catch {
      throw FederationRefusal(
        "\(error); the present key signs the next one: put its copy back, or begin with a new key by 'headwater federation rekey "
          + "--key-lost', after which all members have to be invited again")
    }
  }

  /// One that was made before the register was changed, or before it was restored, is used.
  private func next(after present: CertificateAuthority) throws -> CertificateAuthority {
    if keys.hasNextAuthority, let made = try? keys.nextAuthority(at: now),
      made.certificate.isEndorsed(by: present.certificate)
    {
      return made
    }
    var random = SystemRandomNumberGenerator()
    return try CertificateAuthority.make(
      federation: present.certificate.federation, at: now, after: present, using: &random)
  }

  private static func words(_ phase: Rekeying.Phase, _ wait: Register.RekeyingWait) -> String {
    let done =
      phase == .announced ? "Members get the next key of the authority" : "The authority signs with its next key"
    guard !wait.isOver else { return "\(done). All have reported with it: the authority's server goes on by itself" }
    return """
      \(done). It waits for \(wait).
      Next: let them report; or go on without them, after which they have to be invited again:
        headwater federation rekey --finish
      """
  }

  private func finish(_ register: Register, _ wait: Register.RekeyingWait) async throws -> String {
    let signing = try Signing(keys, at: now)
    let before = register.rekeying
    try await store.changeFederation { register throws(FederationFailure) in
      // The server may have gone on meanwhile.
      guard register.rekeying?.phase == before?.phase, register.rekeying?.since == before?.since else { return }
      _ = try register.advanceRekeying(waits: false, signing: signing)
    }
    let isOver = before?.phase == .signing
    if isOver { try keys.promoteNext(at: now) }
    let done =
      isOver
      ? "The former key of the authority is gone, and counts no more."
      : "The authority signs with its next key from now on. When all members have certificates of it, the former key is gone."
    return Self.left(wait.members, saying: done)
  }

  private static func left(_ members: [MemberName], saying done: String) -> String {
    guard !members.isEmpty else { return done }
    let lines = members.map { "  headwater invite \($0) --again" }.joined(separator: "\n")
    return
      "\(done)\nNext: these lack the new key, and have to join again with the line that this prints, those above first:\n\(lines)"
  }

  // MARK: Without it

  /// Begins with a key that the present one has not signed. A member trusts it when it joins again, by a token that names it.
  package func replace() async throws -> String {
    let (register, now) = (try await register(), now)
    var random = SystemRandomNumberGenerator()
    let authority = try CertificateAuthority.make(federation: register.federation, at: now, using: &random)
    let signing = Signing(authority, at: now)
    let key = try PrivateKey()
    let certificate = try signing.certificate(
      of: .authority, at: register.addresses, for: key.publicKey, lifetime: register.certificateLifetime)
    let number = (register.revocations?.number ?? 0).addingClamped(1)
    let list = try authority.revocationList(
      number: max(number, UInt64(clamping: now)), of: [], at: now,
      lifetime: signing.listLifetime(register.certificateLifetime))
    let revocations = try Register.Revocations(list)
    try keys.make()
    try keys.write(authority)
    keys.removeNext()
    try keys.write(trust: [authority.certificate], [list])
    try keys.write(key, certificate, of: [authority.certificate])
    let digest = authority.certificate.digest
    let members = try await store.changeFederation { register throws(FederationFailure) in
      let members = register.replaceAuthority(with: digest)
      register.revocations = revocations
      return members
    }
    return Self.left(
      members,
      saying:
        "The authority has a new key; keep a copy of \(keys.authorityKeyFile) apart. Open invitations are withdrawn, and members "
        + "go on by themselves until they have joined again. A member whose database shows its nonce keeps its lane.")
  }
}

extension Register {
  /// What the operator says of lanes that were set by hand.
  package mutating func forgetHandMade(_ store: String?) throws(FederationFailure) -> [String] {
    try FederationFailure.ofRegister { () throws(RegisterRefusal) in try forgetLane(of: store) }
  }
}
