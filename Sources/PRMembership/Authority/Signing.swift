// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision

/// What the authority signs, and puts into the register with it. Which of its keys signs is said by the register at that moment: it
/// may have gone on to the next one since the keys were read.
package struct Signing: Sendable {
  let authority: CertificateAuthority
  /// The one with the other key, while the authority changes it; nil where it is not at hand.
  let other: CertificateAuthority?
  /// In seconds since 1970.
  package let now: Int64

  package init(_ authority: CertificateAuthority, other: CertificateAuthority? = nil, at now: Int64) {
    self.authority = authority
    self.other = other
    self.now = now
  }

  /// With the keys in a folder.
  package init(_ keys: KeyFolder, at now: Int64) throws(KeyFolderError) {
    let next = keys.hasNextAuthority ? try? keys.nextAuthority(at: now) : nil
    self.init(try keys.authority(at: now), other: next, at: now)
  }

  private func authority(withKey digest: SecureDigest) -> CertificateAuthority? {
    [authority, other].compactMap(\.self).first { $0.certificate.digest == digest }
  }

  /// The one that the register names.
  func authority(of register: Register) throws(FederationFailure) -> CertificateAuthority {
    guard let found = authority(withKey: register.authority) else { throw .refused(.otherAuthority) }
    return found
  }

  var trust: CertificateAuthority.Trust { CertificateAuthority.Trust(authority.certificate, other?.certificate) }

  /// Signs the certificate of a member, with its name, hosts and rights in the register.
  func certificate(
    of member: Member, for key: PublicKey, lifetime: Int64, by signer: CertificateAuthority
  ) throws(CertificateError) -> MemberCertificate {
    try certificate(
      of: member.name, at: member.addresses, rights: member.rights, for: key, lifetime: lifetime, by: signer)
  }

  /// - Parameters:
  ///   - name: `authority` for a machine of the authority itself.
  ///   - signer: nil for the one of a federation with one key.
  package func certificate(
    of name: MemberName, at addresses: [MemberAddress], rights: Rights = [], for key: PublicKey, lifetime: Int64,
    by signer: CertificateAuthority? = nil
  ) throws(CertificateError) -> MemberCertificate {
    var random = SystemRandomNumberGenerator()
    var hosts: [HostName] = []
    for host in addresses.map(HostName.init(of:)) where !hosts.contains(host) { hosts.append(host) }
    let profile = try MemberProfile(
      member: name, names: hosts, rights: try CertificateRights(rights.names), lifetime: lifetime)
    return try (signer ?? authority).sign(key, as: profile, at: now, using: &random)
  }

  /// Signs the next lists of revoked certificates. Each names all of them, whichever key has signed them.
  ///
  /// - Parameters:
  ///   - register: as it is with the keys by which the lists are to be.
  ///   - more: what is revoked now.
  ///   - signer: the one that the register names.
  package func lists(
    for register: Register, adding more: [SerialNumber] = [], by signer: CertificateAuthority
  ) throws(CertificateError) -> (own: RevocationList, other: RevocationList?) {
    let (revocations, lifetime) = (register.revocations, register.certificateLifetime)
    var entries = try revocations.map { last throws(CertificateError) in try self.entries(of: last) } ?? []
    // What was signed while one of the keys was not at hand stands in the list with the other one alone.
    if let other = try? register.rekeying?.otherList.map(self.entries(of:)) {
      let known = Set(entries.map(\.serial))
      entries += other.filter { !known.contains($0.serial) }
    }
    // A certificate that was revoked so long ago has expired.
    entries.removeAll { now - $0.time > lifetime + ValidityPeriod.leeway }
    entries += more.map { RevocationList.Entry(serial: $0, time: now) }
    // A register that was restored goes on above what it has forgotten, since time has gone on.
    let number = max((revocations?.number ?? 0).addingClamped(1), UInt64(clamping: now))
    let life = listLifetime(lifetime)
    let second = register.rekeying.flatMap { authority(withKey: $0.other.digest) }
    return (
      try signer.revocationList(number: number, of: entries, at: now, lifetime: life),
      try second.map { second throws(CertificateError) in
        try second.revocationList(number: number, of: entries, at: now, lifetime: life)
      }
    )
  }

  private func entries(of list: Register.Revocations) throws(CertificateError) -> [RevocationList.Entry] {
    try RevocationList(reading: Array(list.list.utf8), of: trust).entries
  }

  /// How long a list is good, in seconds.
  ///
  /// - Parameter lifetime: of certificates, in seconds.
  func listLifetime(_ lifetime: Int64) -> Int64 { max(lifetime, Self.leastLife) }

  /// In seconds: a list must not end before the next one is signed, which is done once a day.
  private static let leastLife: Int64 = 8 * 86_400
}

extension Register.Revocations {
  package init(_ list: RevocationList) throws(CertificateError) { self.init(number: list.number, list: try list.pem()) }
}
