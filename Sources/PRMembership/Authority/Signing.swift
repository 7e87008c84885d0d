// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision

/// What the authority signs, and puts into the register with it.
package struct Signing: Sendable {
  package let authority: CertificateAuthority
  /// The one with the other key, while the authority changes it; nil where it is not at hand.
  package let other: CertificateAuthority?
  /// In seconds since 1970.
  package let now: Int64

  package init(_ authority: CertificateAuthority, other: CertificateAuthority? = nil, at now: Int64) {
    self.authority = authority
    self.other = other
    self.now = now
  }

  /// With the keys that the register names.
  package init(_ keys: KeyFolder, for register: Register, at now: Int64) throws(KeyFolderError) {
    let other = register.rekeying?.other.digest
    self.init(
      try keys.authority(withKey: register.authority, at: now),
      other: other.flatMap { try? keys.authority(withKey: $0, at: now) }, at: now)
  }

  var trust: CertificateAuthority.Trust { CertificateAuthority.Trust(authority.certificate, other?.certificate) }

  /// Signs the certificate of a member, with its name, hosts and rights in the register.
  package func certificate(
    of member: Member, for key: PublicKey, lifetime: Int64
  ) throws(CertificateError) -> MemberCertificate {
    try certificate(of: member.name, at: member.addresses, rights: member.rights, for: key, lifetime: lifetime)
  }

  /// - Parameter name: `authority` for a machine of the authority itself.
  package func certificate(
    of name: MemberName, at addresses: [MemberAddress], rights: Rights = [], for key: PublicKey, lifetime: Int64
  ) throws(CertificateError) -> MemberCertificate {
    var random = SystemRandomNumberGenerator()
    var hosts: [HostName] = []
    for host in addresses.map(HostName.init(of:)) where !hosts.contains(host) { hosts.append(host) }
    let profile = try MemberProfile(
      member: name, names: hosts, rights: try CertificateRights(rights.names), lifetime: lifetime)
    return try authority.sign(key, as: profile, at: now, using: &random)
  }

  /// Signs the next lists of revoked certificates. Each names all of them, whichever key has signed them.
  ///
  /// - Parameter more: what is revoked now.
  package func lists(
    after revocations: Register.Revocations?, adding more: [SerialNumber] = [], lifetime: Int64
  ) throws(CertificateError) -> (own: RevocationList, other: RevocationList?) {
    var entries: [RevocationList.Entry] = []
    if let revocations {
      let last = try RevocationList(reading: Array(revocations.list.utf8), of: trust)
      // A certificate that was revoked so long ago has expired.
      entries = last.entries.filter { now - $0.time <= lifetime + ValidityPeriod.leeway }
    }
    entries += more.map { RevocationList.Entry(serial: $0, time: now) }
    // A register that was restored goes on above what it has forgotten, since time has gone on.
    let number = max((revocations?.number ?? 0).addingClamped(1), UInt64(clamping: now))
    let life = listLifetime(lifetime)
    return (
      try authority.revocationList(number: number, of: entries, at: now, lifetime: life),
      try other.map { other throws(CertificateError) in
        try other.revocationList(number: number, of: entries, at: now, lifetime: life)
      }
    )
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
