// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRFederation

/// What the authority says of a member in its certificate.
package struct MemberProfile: Hashable, Sendable {
  package let member: MemberName
  /// By which clients find it; empty for a member without members of its own.
  package let names: [HostName]
  package let rights: CertificateRights
  /// In seconds from the signing.
  package let lifetime: Int64

  package static let maximumNames = 16
  /// In seconds: 90 days.
  package static let lifetime: Int64 = 90 * 86_400

  package init(
    member: MemberName, names: [HostName] = [], rights: CertificateRights = .none, lifetime: Int64 = lifetime
  ) throws(CertificateError) {
    guard names.count <= Self.maximumNames else { throw .tooManyNames }
    self.member = member
    self.names = names
    self.rights = rights
    self.lifetime = lifetime
  }
}

extension CertificateAuthority {
  /// Signs a member's certificate, which is good for servers and for clients, and valid from an hour before.
  ///
  /// - Parameters:
  ///   - key: of the member's ``SigningRequest``, from which nothing else is taken.
  ///   - now: in seconds since 1970.
  ///   - random: the serial number's.
  package func sign(
    _ key: PublicKey, as profile: MemberProfile, at now: Int64, using random: inout some RandomNumberGenerator
  ) throws(CertificateError) -> MemberCertificate {
    let identity = MemberURI(federation: certificate.federation, member: profile.member)
    let names = ["URI:" + identity.text] + profile.names.map(\.setting)
    let draft = CertificateDraft(
      // No common name: clients take one for a host's where there is no DNS name, and `--rights NAME=…` matches it.
      subject: [
        (NID_organizationName, identity.federation.text), (NID_organizationalUnitName, identity.member.text),
      ],
      key: key, period: try period(from: now, lifetime: profile.lifetime), serial: .random(using: &random),
      extensions: Self.leaf + [(NID_subject_alt_name, names.joined(separator: ","))], rights: profile.rights)
    return try MemberCertificate(reading: draft.signed(by: certificate, self.key))
  }

  /// What all certificates say that are not the authority's.
  static let leaf: [(kind: CInt, setting: String)] = [
    (NID_basic_constraints, "critical,CA:FALSE"),
    (NID_key_usage, "critical,digitalSignature"),
    (NID_ext_key_usage, "serverAuth,clientAuth"),
    (NID_subject_key_identifier, "hash"),
    (NID_authority_key_identifier, "keyid:always"),
  ]
}
