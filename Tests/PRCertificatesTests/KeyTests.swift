// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import TestCertificates
import Testing

@Suite("A private key")
struct KeyTests {
  @Test("is the same after it was written and read")
  func roundTrip() throws {
    let key = try PrivateKey()
    let read = try PrivateKey(reading: key.pem().bytes)
    #expect(read.publicKey == key.publicKey)
    #expect(try read.pem() == key.pem())
    #expect(try key.pem().hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(key.publicKey.der.count == 91 && key.publicKey.sha256.count == 32)
  }

  @Test("differs from all others")
  func new() throws {
    let hashes = try (0..<20).map { _ in try PrivateKey().publicKey.sha256 }
    #expect(Set(hashes).count == 20)
  }

  @Test("is read in the form that older commands write, with the curve before it")
  func traditional() throws {
    let parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    let pem = ForeignRequest.pem(.p256, isTraditional: true)
    #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN EC PRIVATE KEY-----"))
    let key = try PrivateKey(reading: parameters.bytes + pem)
    #expect(try PrivateKey(reading: key.pem().bytes).publicKey == key.publicKey)
  }

  @Test("is refused if it is encrypted", arguments: [true, false])
  func encrypted(isTraditional: Bool) {
    let pem = ForeignRequest.pem(.p256, passphrase: "secret", isTraditional: isTraditional)
    #expect(throws: CertificateError.encryptedKey) { try PrivateKey(reading: pem) }
  }

  @Test(
    "is refused if it is of another kind",
    arguments: [
      (ForeignRequest.Kind.p384, KeyKind.otherCurve), (.secp256k1, .otherCurve), (.explicit, .otherCurve),
      (.compressed, .otherCurve), (.rsa2048, .rsa), (.ed25519, .edwards),
    ])
  func otherKind(kind: ForeignRequest.Kind, found: KeyKind) {
    #expect(throws: CertificateError.unsupportedKey(found, of: .privateKey)) {
      try PrivateKey(reading: ForeignRequest.pem(kind))
    }
  }

  @Test("is refused if its public part is another's")
  func mixed() throws {
    let (one, other) = (try PrivateKey(), try PrivateKey())
    var der = try #require(Base64.der(one.pem()))
    der.replaceSubrange(der.count - 64..<der.count, with: other.publicKey.der.suffix(64))
    let reason = "its private and public parts do not fit"
    #expect(throws: CertificateError.malformed(.privateKey, reason: reason)) { try PrivateKey(reading: der) }
  }

  @Test(
    "is refused if the file holds something else",
    arguments: ["", "\n", "no key", "0", "-----BEGIN PRIVATE KEY-----\n"])
  func noKey(text: String) {
    #expect(throws: CertificateError.self) { try PrivateKey(reading: text.bytes) }
  }

  @Test("is not looked for in a large file")
  func large() {
    let bytes = [UInt8](repeating: 0x20, count: 17 << 10)
    #expect(throws: CertificateError.tooLarge(.privateKey)) { try PrivateKey(reading: bytes) }
  }
}
