// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import TestSeed
import Testing

/// An authority and a member, at a time of their own.
struct Fixture {
  /// In seconds since 1970: in the year 2027.
  static let now: Int64 = 1_800_000_000
  static let day: Int64 = 86_400

  var random = Seed(1).numbers
  let authority: CertificateAuthority
  let key: PrivateKey

  init(federation: String = "hq.example", at now: Int64 = now) throws {
    authority = try .make(federation: FederationName(federation), at: now, using: &random)
    key = try PrivateKey()
  }

  var trust: CertificateAuthority.Trust { .init(authority.certificate) }

  mutating func member(
    _ name: String = "pune", names: [String] = [], rights: [String] = [], lifetime: Int64 = MemberProfile.lifetime,
    at now: Int64 = now
  ) throws -> MemberCertificate {
    let profile = try MemberProfile(
      member: MemberName(name), names: names.map { try #require(HostName($0)) }, rights: CertificateRights(rights),
      lifetime: lifetime)
    return try authority.sign(key.publicKey, as: profile, at: now, using: &random)
  }
}

extension String {
  var bytes: [UInt8] { Array(utf8) }
}
