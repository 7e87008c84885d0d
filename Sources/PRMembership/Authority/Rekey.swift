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
    // One with '--key-lost' may have ended before its last step.
    _ = try keys.putReplacementInPlace(register, at: now)
    guard let change = register.rekeying, let wait = register.rekeyingWait(now: now) else {
      guard !finishes else { return try over(register) }
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

  func finish(_ register: Register, _ wait: Register.RekeyingWait) async throws -> String {
    let (signing, before) = (try Signing(keys, at: now), register.rekeying)
    let after = try await store.changeFederation { register throws(FederationFailure) in
      // The server may have gone on meanwhile.
      guard register.rekeying?.phase == before?.phase, register.rekeying?.since == before?.since else {
        return (register: register, isOwn: false)
      }
      _ = try register.advanceRekeying(waits: false, signing: signing)
      return (register: register, isOwn: true)
    }
    guard after.isOwn else { return try overtaken(after.register) }
    let isOver = before?.phase == .signing
    if isOver { try promote(after.register) }
    let done =
      isOver
      ? "The former key of the authority is gone, and counts no more."
      : "The authority signs with its next key from now on. When all members have certificates of it, the former key is gone."
    return Self.left(wait.members, saying: done)
  }

  /// The server was faster: what was to be left out had reported, or another command has left it out.
  private func overtaken(_ register: Register) throws -> String {
    guard let change = register.rekeying, let wait = register.rekeyingWait(now: now) else { return try over(register) }
    return "The authority's server was faster, and nothing was left out. \(Self.words(change.phase, wait))"
  }

  /// There is one key, which may be the next one of before.
  private func over(_ register: Register) throws -> String {
    let held = try? keys.authorityCertificate()
    guard let held, held.digest == register.authority, held.endorsedBy != nil else {
      guard keys.hasNextAuthority, try keys.nextAuthority(at: now).certificate.digest == register.authority else {
        throw FederationRefusal("the authority's key is not being changed; begin with 'headwater federation rekey'")
      }
      try promote(register)
      return Self.over
    }
    return Self.over
  }

  private static let over =
    "The change of the authority's key is over already: the former key is gone, and nothing was left out now."

  /// The server does so as well, and may be faster.
  private func promote(_ register: Register) throws {
    do {
      try keys.promoteNext(at: now)
    } catch {
      guard let held = try? keys.authorityCertificate(), held.digest == register.authority else { throw error }
    }
  }

  private static func left(_ members: [MemberName], saying done: String) -> String {
    guard !members.isEmpty else { return done }
    let lines = members.map { "  headwater invite \($0) --again" }.joined(separator: "\n")
    return
      "\(done)\nNext: these lack the new key, and have to join again with the line that this prints, those above first:\n\(lines)"
  }

  // MARK: Without it

  /// Begins with a key that the present one has not signed. A member trusts it when it joins again, by a token that names it.
  ///
  /// The key is written beside the present one; then the register names it; then it takes the other's place. Until the register
  /// names it nothing has changed. A process that ends after that leaves the last step to the next run, and to the server.
  ///
  /// - Parameter confirm: is called before anything is changed, with the members that have to join again.
  package func replace(confirm: (Replaced) throws -> Void = { _ in }) async throws -> String {
    let (register, now) = (try await register(), now)
    var left = register
    if try keys.putReplacementInPlace(register, at: now) {
      return said(left.replaceAuthority(with: register.authority))
    }
    let present = try? keys.authority(withKey: register.authority, at: now)
    try confirm(
      Replaced(
        federation: register.federation, members: left.replaceAuthority(with: register.authority),
        hasKey: present != nil))
    var random = SystemRandomNumberGenerator()
    let authority = try CertificateAuthority.make(federation: register.federation, at: now, using: &random)
    let number = (register.revocations?.number ?? 0).addingClamped(1)
    let list = try authority.revocationList(
      number: max(number, UInt64(clamping: now)), of: [], at: now,
      lifetime: Signing(authority, at: now).listLifetime(register.certificateLifetime))
    let revocations = try Register.Revocations(list)
    try keys.make()
    try keys.write(replacement: authority)
    let digest = authority.certificate.digest
    let (members, new) = try await store.changeFederation { register throws(FederationFailure) in
      let members = register.replaceAuthority(with: digest)
      register.revocations = revocations
      return (members, register)
    }
    try keys.put(inPlace: authority, of: new, at: now)
    return said(members)
  }

  /// Whom another key puts out.
  package struct Replaced: Hashable, Sendable {
    package let federation: FederationName
    package let members: [MemberName]
    /// The present key is at hand: it could sign the next one.
    package let hasKey: Bool
  }

  private func said(_ members: [MemberName]) -> String {
    Self.left(
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
