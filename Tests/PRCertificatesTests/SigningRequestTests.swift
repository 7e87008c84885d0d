// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates
import PRFederation
import TestCertificates
import Testing

@Suite("A certificate request")
struct SigningRequestTests {
  @Test("is the same after it was sent, as DER and as PEM")
  func roundTrip() throws {
    let key = try PrivateKey()
    let request = try SigningRequest(for: key)
    #expect(request.publicKey == key.publicKey)
    #expect(try SigningRequest(reading: request.der) == request)
    #expect(try SigningRequest(reading: request.pem().bytes) == request)
    #expect(request.der.count < 256)
  }

  @Test(
    "is refused for a key of another kind, size, curve or form",
    arguments: [
      (ForeignRequest.Kind.rsa2048, KeyKind.rsa), (.rsa4096, .rsa), (.p384, .otherCurve), (.p521, .otherCurve),
      (.secp256k1, .otherCurve), (.explicit, .otherCurve), (.compressed, .otherCurve), (.ed25519, .edwards),
      (.ed448, .edwards),
    ])
  func otherKind(kind: ForeignRequest.Kind, found: KeyKind) throws {
    let der = ForeignRequest.request(kind)
    #expect(der.count > 100)
    let error = #expect(throws: CertificateError.self) { try SigningRequest(reading: der) }
    #expect(error == .unsupportedKey(found, of: .request))
    #expect(error?.description.contains("only ECDSA keys on the curve P-256") == true)
  }

  @Test("gives its key and none of its names")
  func names() throws {
    var fixture = try Fixture()
    let der = ForeignRequest.request(
      .p256, subject: "authority.example",
      alternatives: "DNS:authority.example,IP:10.0.0.1,URI:headwater://hq.example/authority")
    let request = try SigningRequest(reading: der)
    let profile = try MemberProfile(member: MemberName("pune"), names: [#require(HostName("pune.example"))])
    let certificate = try fixture.authority.sign(
      request.publicKey, as: profile, at: Fixture.now, using: &fixture.random)
    #expect(der.contains("authority".bytes) && !certificate.der.contains("authority.example".bytes))
    #expect(certificate.identity.member.text == "pune" && certificate.names.map(\.text) == ["pune.example"])
    #expect(certificate.publicKey == request.publicKey)
    let accepted = OpenSSLVerification.result(
      of: certificate.der, by: [fixture.authority.certificate.der], at: Fixture.now, host: "authority.example")
    #expect(accepted == X509_V_ERR_HOSTNAME_MISMATCH)
  }

  @Test("is refused if another key signed it")
  func signature() throws {
    let (one, other) = (try SigningRequest(for: PrivateKey()), try SigningRequest(for: PrivateKey()))
    var der = one.der
    let start = try #require(der.firstRange(of: one.publicKey.der)).lowerBound
    der.replaceSubrange(start..<start + 91, with: other.publicKey.der)
    #expect(throws: CertificateError.badSignature(.request)) { try SigningRequest(reading: der) }
  }

  @Test("is refused with anything after it, or twice in a text")
  func trailing() throws {
    let request = try SigningRequest(for: PrivateKey())
    #expect(throws: CertificateError.malformed(.request, reason: "it is not encoded as DER")) {
      try SigningRequest(reading: request.der + [0])
    }
    let pem = try request.pem()
    #expect(throws: CertificateError.malformed(.request, reason: "it has more than one block of PEM")) {
      try SigningRequest(reading: (pem + pem).bytes)
    }
    #expect(throws: CertificateError.malformed(.request, reason: "its block of PEM is of another kind")) {
      try SigningRequest(reading: PrivateKey().pem().bytes)
    }
  }

  @Test("is refused beyond 8 KiB")
  func bound() {
    let names = (0..<600).map { "DNS:host-\($0).example" }.joined(separator: ",")
    let der = ForeignRequest.request(.p256, alternatives: names)
    #expect((8193...16384).contains(der.count))
    #expect(throws: CertificateError.tooLarge(.request)) { try SigningRequest(reading: der) }
  }
}
