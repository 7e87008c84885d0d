// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRFederation

@Suite("Tokens")
struct TokenTests {
  private static func token(_ numbers: inout SeededNumbers) -> EnrollmentToken {
    let authority = SecureDigest(of: (0..<8).map { _ in UInt8.random(in: 0...255, using: &numbers) })
    return EnrollmentToken(
      authority: authority, id: InvitationID(numbers.next()), secret: EnrollmentSecret(using: &numbers))
  }

  @Test("a token is read as it was written, in either case")
  func roundTrip() throws {
    for seed in Seed.several(200) {
      var numbers = seed.numbers
      let token = Self.token(&numbers)
      #expect(try EnrollmentToken(token.text) == token, "\(seed)")
      #expect(try EnrollmentToken(token.text.uppercased()) == token, "\(seed)")
      #expect(token.text.count == 100 && token.text == token.text.lowercased(), "\(seed)")
    }
  }

  @Test("a known token has its text, whatever the version of the program")
  func vector() throws {
    let secret = try #require(EnrollmentSecret(bytes: Array(0..<16)))
    let token = EnrollmentToken(
      authority: SecureDigest(of: Array("authority".utf8)), id: InvitationID(0x0123_4567_89AB_CDEF), secret: secret)
    #expect(
      token.text
        == "hw1-aghxn7kqdo3i55y7jytwxqupfg6ocab3bqwj3fdy32a3lp6a"
        + "zxq6sajdivtytk6n54aacaqdaqcqmbyibefawdanbyhyshmq")
    #expect(token.authority.text == "8f76fd501bb68ef71f4e276bc28f29bce1003b0c2c9d9478de81b5bfc0cde1e9")
    #expect(SecureDigest(text: token.authority.text) == token.authority)
  }

  @Test("any character that is mistyped is found before the token is sent")
  func mistyped() throws {
    for seed in Seed.several(5) {
      var numbers = seed.numbers
      let text = Array(Self.token(&numbers).text)
      for index in 4..<text.count {
        for digit in "abcdefghijklmnopqrstuvwxyz234567" where digit != text[index] {
          var wrong = text
          wrong[index] = digit
          #expect(throws: TokenError.mistyped, "\(seed), \(index)") { try EnrollmentToken(String(wrong)) }
        }
      }
    }
  }

  @Test("two digits that change places are found, and a digit too few or too many")
  func swapped() throws {
    for seed in Seed.several(20) {
      var numbers = seed.numbers
      let text = Array(Self.token(&numbers).text)
      for index in 5..<text.count where text[index] != text[index - 1] {
        var wrong = text
        wrong.swapAt(index, index - 1)
        #expect(throws: TokenError.mistyped, "\(seed), \(index)") { try EnrollmentToken(String(wrong)) }
      }
      #expect(throws: TokenError.mistyped) { try EnrollmentToken(String(text.dropLast())) }
      #expect(throws: TokenError.mistyped) { try EnrollmentToken(String(text) + "a") }
    }
  }

  @Test(
    "what is no token is told apart from one of a later version",
    arguments: [
      ("", .noToken), ("hello", .noToken), ("hw", .noToken), ("hw-abc", .noToken), ("hwx-abc", .noToken),
      ("hw2-abc", .unsupportedVersion), ("HW10-", .unsupportedVersion), ("hw1-", .mistyped), ("hw1-abc", .mistyped),
      ("hw1-" + String(repeating: "é", count: 40), .mistyped), ("hw1-" + String(repeating: "a", count: 1000), .noToken),
      ("hw1-" + String(repeating: "1", count: 96), .mistyped),
    ] as [(String, TokenError)])
  func others(text: String, error: TokenError) {
    #expect(throws: error) { try EnrollmentToken(text) }
  }

  @Test("no way of printing a token shows its secret")
  func redacted() throws {
    let secret = try #require(EnrollmentSecret(bytes: Array(repeating: 171, count: 16)))
    let token = EnrollmentToken(authority: SecureDigest(of: []), id: InvitationID(7), secret: secret)
    var dumped = ""
    dump(token, to: &dumped)
    dump(secret, to: &dumped)
    for text in [
      "\(token)", String(reflecting: token), dumped, "\([token])", "\(secret)", "\(Optional(secret) as Any)",
    ] {
      #expect(!text.contains("171") && !text.contains(token.text.suffix(20)), "\(text)")
    }
    #expect("\(token)".contains("0000000000000007"))
  }

  @Test(
    "base 32 is that of RFC 4648, without padding",
    arguments: [
      ("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foob", "mzxw6yq"), ("fooba", "mzxw6ytb"),
      ("foobar", "mzxw6ytboi"),
    ])
  func base32(text: String, digits: String) {
    #expect(Base32.text(Array(text.utf8)) == digits)
    #expect(Base32.bytes(digits.uppercased()) == Array(text.utf8))
  }

  @Test("one spelling only is read", arguments: ["a", "mz", "mzx", "mzxw6y", "my======", "m1", "m y", "mzxw6ytboia"])
  func spelling(digits: String) { #expect(Base32.bytes(digits) == nil) }
}
