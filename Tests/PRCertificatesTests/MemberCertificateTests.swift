// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates
import PRFederation
import TestSeed
import Testing

@Suite("A member's certificate")
struct MemberCertificateTests {
  private let now = Fixture.now

  @Test("says what it was signed for")
  func fields() throws {
    var fixture = try Fixture()
    let certificate = try fixture.member(
      names: ["Pune.Example", "10.1.2.3", "2001:DB8::1", "::ffff:1.2.3.4"], rights: ["read", "allocate", "read"])
    #expect(certificate.identity.member == (try MemberName("pune")))
    #expect(certificate.identity.text == "headwater://hq.example/pune")
    #expect(certificate.names.map(\.text) == ["pune.example", "10.1.2.3", "2001:db8::1", "::ffff:1.2.3.4"])
    #expect(certificate.names.map(\.isAddress) == [false, true, true, true])
    #expect(certificate.rights.names == ["allocate", "read"])
    #expect(certificate.period == ValidityPeriod(notBefore: now - 3600, notAfter: now + 90 * Fixture.day))
    #expect(certificate.publicKey == fixture.key.publicKey)
    #expect(certificate.serial.description.count == 32)
    #expect(certificate.fingerprint.count == 32)
    #expect(try MemberCertificate(reading: certificate.der) == certificate)
    #expect(try MemberCertificate(reading: certificate.pem().bytes) == certificate)
  }

  @Test(
    "is accepted by OpenSSL, for servers and for clients",
    arguments: [X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT])
  func accepted(purpose: CInt) throws {
    var fixture = try Fixture()
    let authority = fixture.authority.certificate.der
    let certificate = try fixture.member(names: ["pune.example", "10.1.2.3", "2001:db8::1"], rights: ["read"])
    let list = try fixture.authority.revocationList(number: 1, of: [], at: now)
    for host in [nil, "pune.example", "10.1.2.3", "2001:db8::1"] {
      let result = OpenSSLVerification.result(
        of: certificate.der, by: [authority], lists: [list.der], at: now, purpose: purpose, host: host)
      #expect(result == X509_V_OK, "\(host ?? "")")
    }
    let other = OpenSSLVerification.result(of: certificate.der, by: [authority], at: now, host: "pune")
    #expect(other == X509_V_ERR_HOSTNAME_MISMATCH)
  }

  @Test(
    "is for no host where it has no DNS name: not even for one with the member's name",
    arguments: ["pune", "hq.example"])
  func noHost(host: String) throws {
    var fixture = try Fixture()
    let certificate = try fixture.member(host)
    let result = OpenSSLVerification.result(
      of: certificate.der, by: [fixture.authority.certificate.der], at: now, host: host)
    #expect(result == X509_V_ERR_HOSTNAME_MISMATCH)
  }

  @Test("is refused by OpenSSL when it is revoked")
  func revoked() throws {
    var fixture = try Fixture()
    let (good, bad) = (try fixture.member("good"), try fixture.member("bad"))
    let list = try fixture.authority.revocationList(number: 2, of: [.init(serial: bad.serial, time: now)], at: now)
    let results = [good, bad].map {
      OpenSSLVerification.result(of: $0.der, by: [fixture.authority.certificate.der], lists: [list.der], at: now)
    }
    #expect(results == [X509_V_OK, X509_V_ERR_CERT_REVOKED])
  }

  @Test("has a serial number of the source that it is given, and never one twice")
  func serials() throws {
    var (one, same) = (try Fixture(), try Fixture())
    let serials = try (0..<50).map { _ in try one.member().serial }
    #expect(try serials == (0..<50).map { _ in try same.member().serial })
    #expect(Set(serials).count == 50)
  }

  @Test("has its greatest size within the limit of what is read")
  func greatest() throws {
    var fixture = try Fixture(federation: String(repeating: "f", count: 62) + ".f")
    let label = String(repeating: "a", count: 61)
    let names = (0..<16).map { "\(label).\(label).\(label).\(label).b\(10 + $0)" }
    let rights = (0..<16).map { String(repeating: "r", count: 30) + "\(10 + $0)" }
    let certificate = try fixture.member(String(repeating: "m", count: 62) + ".m", names: names, rights: rights)
    #expect(certificate.names.map(\.text) == names && certificate.rights.names == rights)
    #expect(certificate.der.count < 8 << 10)
  }

  @Test(
    "is refused with a byte in a name that no name has", arguments: ["hq.example/pune", "pune.example"],
    [0, 0x0A, 0x20, 0x2A, 0xC3])
  func badByte(name: String, byte: UInt8) throws {
    var fixture = try Fixture()
    var der = try fixture.member(names: ["pune.example"]).der
    let range = try #require(der.ranges(of: name.bytes).last)
    der[range.lowerBound + 3] = byte
    let error = #expect(throws: CertificateError.self) { try MemberCertificate(reading: der) }
    guard case .malformed(.certificate, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("is refused if it is the authority's, or of a hand-made federation")
  func otherCertificates() throws {
    var fixture = try Fixture()
    #expect(throws: CertificateError.self) { try MemberCertificate(reading: fixture.authority.certificate.der) }
    let handMade = try fixture.authority.handMadeIdentity(["builder.example"], at: now, using: &fixture.random)
    #expect(throws: CertificateError.malformed(.certificate, reason: "it does not have one URI name")) {
      try MemberCertificate(reading: handMade.certificate.bytes)
    }
  }

  @Test("is refused if its rights are not in the one form", arguments: [0x0D, 0x16, 0x30] as [UInt8])
  func badRights(tag: UInt8) throws {
    var fixture = try Fixture()
    var der = try fixture.member(rights: ["read"]).der
    let range = try #require(der.firstRange(of: [0x30, 6, 0x0C, 4] + "read".bytes))
    der[range.lowerBound + 2] = tag
    #expect(throws: CertificateError.malformed(.certificate, reason: "its rights cannot be read")) {
      try MemberCertificate(reading: der)
    }
  }

  @Test("is signed for the authority's own machines, which have a name that no member has")
  func authority() throws {
    var fixture = try Fixture()
    let certificate = try fixture.member(MemberName.authority.text)
    #expect(certificate.identity.text == "headwater://hq.example/authority")
    #expect(certificate.identity.member == .authority)
  }

  @Test("is signed for not too many names")
  func profile() throws {
    let names = try (0..<17).map { try #require(HostName("host-\($0)")) }
    #expect(throws: CertificateError.tooManyNames) { try MemberProfile(member: MemberName("a"), names: names) }
  }
}
