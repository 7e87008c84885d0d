// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import TestSeed
import Testing

@Suite("A certificate authority")
struct CertificateAuthorityTests {
  private let now = Fixture.now

  @Test("is valid for ten years, from an hour before")
  func period() throws {
    let certificate = try Fixture().authority.certificate
    #expect(certificate.federation == (try FederationName("hq.example")))
    #expect(certificate.period == ValidityPeriod(notBefore: now - 3600, notAfter: now + 3652 * Fixture.day))
  }

  @Test("is the same after it was written and read, and signs what the first one's trust accepts")
  func roundTrip() throws {
    var fixture = try Fixture()
    let read = try CertificateAuthority(
      certificate: fixture.authority.certificate.pem().bytes, key: fixture.authority.keyPEM().bytes, at: now)
    #expect(read.certificate == fixture.authority.certificate)
    let certificate = try read.sign(
      fixture.key.publicKey, as: MemberProfile(member: MemberName("pune")), at: now, using: &fixture.random)
    #expect(try fixture.trust.verdict(of: certificate, lists: [], at: now) == .holds)
  }

  @Test("is refused with another's key")
  func mismatch() throws {
    let (one, other) = (try Fixture(), try Fixture())
    #expect(throws: CertificateError.keyMismatch) {
      try CertificateAuthority(
        certificate: one.authority.certificate.der, key: other.authority.keyPEM().bytes, at: now)
    }
  }

  @Test("is refused if its certificate is a member's, with that member's key")
  func member() throws {
    var fixture = try Fixture()
    let member = try fixture.member()
    #expect(throws: CertificateError.notAnAuthority) {
      try CertificateAuthority(certificate: member.der, key: fixture.key.pem().bytes, at: now)
    }
  }

  @Test(
    "is refused before its time and after it, and signs nothing then",
    arguments: [
      (-3601, CertificateError.authorityNotYetValid), (-3600, nil), (3652 * Fixture.day, nil),
      (3652 * Fixture.day + 1, CertificateError.authorityExpired),
    ] as [(Int64, CertificateError?)])
  func time(offset: Int64, expected: CertificateError?) throws {
    var fixture = try Fixture()
    let (certificate, key) = (fixture.authority.certificate.der, try fixture.authority.keyPEM().bytes)
    let attempts: [() throws -> Void] = [
      { _ = try CertificateAuthority(certificate: certificate, key: key, at: now + offset) },
      { _ = try fixture.member(at: now + offset) },
      { _ = try fixture.authority.revocationList(number: 1, of: [], at: now + offset) },
    ]
    for attempt in attempts {
      if let expected { #expect(throws: expected, performing: attempt) } else { try attempt() }
    }
  }

  @Test("signs nothing that is valid for longer than itself")
  func clipped() throws {
    var fixture = try Fixture()
    let end = fixture.authority.certificate.period.notAfter
    #expect(try fixture.member(at: end - Fixture.day).period.notAfter == end)
  }

  @Test("is not made for a time that a certificate cannot have", arguments: [Int64.min, -1, 0, 253_402_300_800, .max])
  func lifetime(lifetime: Int64) throws {
    var random = Seed(1).numbers
    #expect(throws: CertificateError.badLifetime) {
      try CertificateAuthority.make(federation: FederationName("hq"), at: now, lifetime: lifetime, using: &random)
    }
    var fixture = try Fixture()
    #expect(throws: CertificateError.badLifetime) { try fixture.member(lifetime: lifetime) }
  }

  @Test(
    "is made at any time that the clock may say, or gives an error", arguments: [Int64.min, -62_200_000_000, 0, .max])
  func clock(now: Int64) {
    var random = Seed(1).numbers
    do {
      let made = try CertificateAuthority.make(federation: FederationName("hq"), at: now, using: &random)
      #expect(made.certificate.period.contains(now))
    } catch { #expect(now != 0, "\(error)") }
  }

  @Test(
    "is of a federation with a name of any length",
    arguments: ["a", String(repeating: "a", count: 63), String(repeating: "a", count: 62) + ".a"])
  func name(federation: String) throws {
    let certificate = try Fixture(federation: federation).authority.certificate
    #expect(certificate.federation.text == federation)
    #expect(try AuthorityCertificate(reading: certificate.der) == certificate)
  }
}
