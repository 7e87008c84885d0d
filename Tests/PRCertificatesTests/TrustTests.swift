// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import TestSeed
import Testing

@Suite("Trust in an authority")
struct TrustTests {
  private typealias Trust = CertificateAuthority.Trust
  private let now = Fixture.now

  @Test(
    "goes with the dates of a certificate, to the second",
    arguments: [
      (-3601, Verdict.refused(.notYetValid)), (-3600, .holds), (0, .holds), (90 * Fixture.day, .holds),
      (90 * Fixture.day + 1, .refused(.expired)), (4000 * Fixture.day, .refused(.authorityExpired)),
    ] as [(Int64, Verdict)])
  func dates(offset: Int64, expected: Verdict) throws {
    var fixture = try Fixture()
    let certificate = try fixture.member()
    #expect(try fixture.trust.verdict(of: certificate, lists: [], at: now + offset) == expected)
  }

  typealias Verdict = CertificateAuthority.Trust.Verdict

  @Test("ends for a certificate with its revocation, and for no other")
  func revoked() throws {
    var fixture = try Fixture()
    let (good, bad) = (try fixture.member("good"), try fixture.member("bad"))
    let list = try fixture.authority.revocationList(number: 1, of: [.init(serial: bad.serial, time: now - 1)], at: now)
    #expect(try fixture.trust.verdict(of: good, lists: [list], at: now) == .holds)
    #expect(try fixture.trust.verdict(of: bad, lists: [list], at: now) == .refused(.revoked(at: now - 1)))
    let late = now + 80 * Fixture.day
    #expect(try fixture.trust.verdict(of: good, lists: [list], at: late) == .holds)
  }

  @Test("is in two authorities during a change, each with its own list")
  func change() throws {
    var (old, new) = (try Fixture(), try Fixture())
    let both = Trust(old.authority.certificate, new.authority.certificate)
    let (first, second) = (try old.member(), try new.member())
    #expect(try both.verdict(of: first, lists: [], at: now) == .holds)
    #expect(try both.verdict(of: second, lists: [], at: now) == .holds)
    #expect(try both.issuer(of: second) == new.authority.certificate)
    #expect(try new.trust.verdict(of: first, lists: [], at: now) == .refused(.notOurs))
    #expect(try old.trust.verdict(of: second, lists: [], at: now) == .refused(.notOurs))
    let list = try old.authority.revocationList(number: 1, of: [.init(serial: first.serial, time: 0)], at: now)
    // Both have the serial: their sources of random numbers are the same.
    #expect(first.serial == second.serial)
    #expect(try both.verdict(of: first, lists: [list], at: now) == .refused(.revoked(at: 0)))
    #expect(try both.verdict(of: second, lists: [list], at: now) == .holds)
  }

  @Test("two authorities of a federation do not share a name, and OpenSSL accepts both beside each other")
  func names() throws {
    var (old, new) = (try Fixture(), try Fixture())
    let authorities = [old.authority.certificate.der, new.authority.certificate.der]
    let lists = try [old, new].map { try $0.authority.revocationList(number: 1, of: [], at: now).der }
    for certificate in [try old.member(), try new.member()] {
      #expect(OpenSSLVerification.result(of: certificate.der, by: authorities, lists: lists, at: now) == 0)
    }
  }

  @Test("is not gained with another federation's certificate, even if its authority has the same name")
  func others() throws {
    var other = try Fixture(federation: "other.example")
    let fixture = try Fixture()
    #expect(try fixture.trust.verdict(of: other.member(), lists: [], at: now) == .refused(.notOurs))
  }

  @Test("each reason is a sentence")
  func reasons() {
    let reasons: [Trust.Reason] = [
      .notOurs, .otherFederation, .authorityExpired, .notYetValid, .expired, .revoked(at: 0),
    ]
    #expect(Set(reasons.map(\.description)).count == reasons.count)
  }
}
