// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates
import Testing

@Suite("A hand-made federation's certificate")
struct HandMadeIdentityTests {
  private let now = Fixture.now

  private static func result(of names: [String], host: String?, purpose: CInt) throws -> CInt {
    var fixture = try Fixture()
    let made = try fixture.authority.handMadeIdentity(names, at: Fixture.now, using: &fixture.random)
    _ = try PrivateKey(reading: made.key.bytes)
    return OpenSSLVerification.result(
      of: try #require(Base64.der(made.certificate)), by: [fixture.authority.certificate.der], at: Fixture.now,
      purpose: purpose, host: host)
  }

  @Test(
    "serves both sides, by each of its names",
    arguments: ["hq.example", "localhost", "127.0.0.1", "::1", "a.b.example"],
    [X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT])
  func names(host: String, purpose: CInt) throws {
    let names = ["hq.example", "localhost", "127.0.0.1", "::1", "*.b.example"]
    #expect(try Self.result(of: names, host: host, purpose: purpose) == X509_V_OK)
  }

  @Test(
    "takes a name that no machine has, or one that is long",
    arguments: ["Team A, site 2", "DNS:x,email:y@z", "é", String(repeating: "a", count: 60) + ".example"])
  func oddNames(name: String) throws {
    #expect(try Self.result(of: [name, "localhost"], host: "localhost", purpose: X509_PURPOSE_SSL_SERVER) == X509_V_OK)
    let other = try Self.result(of: [name, "localhost"], host: "x", purpose: X509_PURPOSE_SSL_SERVER)
    #expect(other == X509_V_ERR_HOSTNAME_MISMATCH)
  }

  @Test("is not made without a name", arguments: [[], [""], [String(repeating: "é", count: 40)], ["a\0b"]])
  func noName(names: [String]) throws {
    var fixture = try Fixture()
    #expect(throws: CertificateError.badHostName) {
      try fixture.authority.handMadeIdentity(names, at: now, using: &fixture.random)
    }
  }
}
