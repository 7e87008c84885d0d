// SPDX-License-Identifier: Apache-2.0
import PRFederation
import Testing

@Suite("Proofs")
struct ProofTests {
  private static let request = Array("request".utf8)

  private static func token(_ first: UInt8 = 0, authority: String = "authority", id: UInt64 = 0x0123_4567_89AB_CDEF)
    throws -> EnrollmentToken
  {
    let secret = try #require(EnrollmentSecret(bytes: [first] + Array(1..<16)))
    return EnrollmentToken(
      authority: SecureDigest(of: Array(authority.utf8)), id: InvitationID(id), secret: secret)
  }

  private static func holds(_ proof: EnrollmentProof, _ token: EnrollmentToken, _ request: [UInt8]) -> Bool {
    proof.holds(authority: token.authority, id: token.id, secretHash: token.secret.hash, request: request)
  }

  @Test("a proof is the HMAC that another program computes")
  func vector() throws {
    let proof = try #require(EnrollmentProof(token: try Self.token(), request: Self.request))
    #expect(proof.digest.text == "d9c5ddcbb15fd8549c7abf572bd2e735e3026ddcb72f231c58f6628d03553449")
  }

  @Test("the register checks it with the secret's hash, and it holds for nothing else")
  func check() throws {
    let token = try Self.token()
    let proof = try #require(EnrollmentProof(token: token, request: Self.request))
    #expect(Self.holds(proof, token, Self.request))
    #expect(!Self.holds(proof, token, Self.request + [0]))
    #expect(!Self.holds(proof, token, []))
    #expect(!Self.holds(proof, try Self.token(1), Self.request))
    #expect(!Self.holds(proof, try Self.token(authority: "other"), Self.request))
    #expect(!Self.holds(proof, try Self.token(id: 1), Self.request))
  }

  @Test("a proof that differs in one bit holds no more", arguments: 0..<256)
  func bits(bit: Int) throws {
    let token = try Self.token()
    var bytes = try #require(EnrollmentProof(token: token, request: Self.request)).digest.bytes
    bytes[bit / 8] ^= 1 << (bit % 8)
    let digest = try #require(SecureDigest(bytes: bytes))
    #expect(!Self.holds(EnrollmentProof(digest: digest), token, Self.request))
  }

  @Test("a digest has 32 bytes, and 64 digits in lower case")
  func digests() {
    let text = SecureDigest(of: []).text
    #expect(text == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(SecureDigest(text: text) == SecureDigest(of: []))
    for wrong in [text.uppercased(), text + "0", String(text.dropLast()), text.dropLast() + "g", ""] {
      #expect(SecureDigest(text: wrong) == nil)
    }
    #expect(SecureDigest(bytes: [1]) == nil && EnrollmentSecret(bytes: [1]) == nil)
  }
}
