// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRRevision
import PRStore

/// The beginning of a federation: the authority's keys, and the register in its database.
package struct Founding: Sendable {
  private let federation: FederationName
  private let addresses: [MemberAddress]
  private let lanes: LaneChooser
  private let lifetime: Int64
  private let now: Int64

  /// - Parameters:
  ///   - addresses: where members reach the authority.
  ///   - lifetime: how long the certificates of members are good, in seconds.
  ///   - now: in seconds since 1970.
  package init(
    federation: FederationName, addresses: [MemberAddress], lanes: LaneChooser = .standard,
    lifetime: Int64 = Register.standardLifetime, at now: Int64
  ) {
    self.federation = federation
    self.addresses = addresses
    self.lanes = lanes
    self.lifetime = lifetime
    self.now = now
  }

  /// The keys are written first: a register without them would be of no use.
  package func make(in store: Store, keys: KeyFolder) async throws {
    var random = SystemRandomNumberGenerator()
    let authority = try CertificateAuthority.make(federation: federation, at: now, using: &random)
    var register = Register(
      federation: federation, authority: authority.certificate.digest, lanes: lanes, addresses: addresses)
    register.certificateLifetime = lifetime
    let signing = Signing(authority, at: now)
    try register.signList(signing)
    let key = try PrivateKey()
    let certificate = try signing.certificate(
      of: .authority, at: addresses, for: key.publicKey, lifetime: lifetime)
    let list = try register.revocations.map {
      try RevocationList(reading: Array($0.list.utf8), of: CertificateAuthority.Trust(authority.certificate))
    }
    try keys.make()
    try keys.write(authority)
    try keys.write(trust: [authority.certificate], list.map { [$0] } ?? [])
    try keys.write(key, certificate, of: [authority.certificate])
    let new = register
    let isNew = try await store.write { context throws(StoreError) in
      guard try context.reader.register() == nil else { return false }
      try context.store(new, replacing: nil)
      return true
    }
    guard isNew else { throw FederationRefusal("another process has begun a federation in the database meanwhile") }
  }
}
