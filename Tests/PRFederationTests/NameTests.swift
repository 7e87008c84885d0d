// SPDX-License-Identifier: Apache-2.0
import PRFederation
import Testing

@Suite("Names of members")
struct NameTests {
  private static let label = String(repeating: "a", count: 63)

  @Test(
    "are labels of DNS in lower case",
    arguments: [
      "a", "pune", "site-1", "kernel.pune", "1a", "10.0.0.1a", "x--y", label, "a." + String(label.dropLast()),
    ])
  func good(text: String) throws { #expect(try MemberName(text).text == text) }

  @Test(
    "and nothing else",
    arguments: [
      ("", .empty), ("Pune", .upperCase), ("pune ", .badCharacter), ("pu_ne", .badCharacter), ("püne", .badCharacter),
      ("a/b", .badCharacter), ("a\u{0}b", .badCharacter), (".a", .emptyLabel), ("a.", .emptyLabel),
      ("a..b", .emptyLabel),
      ("-a", .hyphenAtEdge), ("a-", .hyphenAtEdge), ("a.-b", .hyphenAtEdge), ("10.0.0.1", .numberAtEnd),
      ("7", .numberAtEnd), (label + "a", .longLabel), (label + ".a", .tooLong(maximum: 64)),
    ] as [(String, NameError)])
  func bad(text: String, error: NameError) { #expect(throws: error) { try MemberName(text) } }

  @Test("a federation's name is of the same kind, and of 64 bytes at most")
  func federation() throws {
    let long = Self.label.dropLast(2) + ".aa"
    #expect(long.count == 64)
    #expect(try FederationName(String(long)).text == long)
    #expect(throws: NameError.tooLong(maximum: 64)) { try FederationName(long + "a") }
    #expect(throws: NameError.upperCase) { try FederationName("HQ") }
    #expect(try FederationName("throw-away") == .throwaway)
  }

  @Test("an authority's URI names its federation alone, and is read as it was written")
  func authorityURI() throws {
    let federation = try FederationName("hq.example")
    #expect(federation.authorityURI == "headwater://hq.example")
    #expect(FederationName(authorityURI: federation.authorityURI) == federation)
  }

  @Test(
    "any other spelling is no URI of an authority",
    arguments: [
      "", "headwater://", "headwater:/hq.example", "headwater://hq.example/", "headwater://hq.example/pune",
      "headwater://HQ.example", "Headwater://hq.example", "hq.example", "headwater://hq.example:1",
    ])
  func noAuthorityURI(text: String) { #expect(FederationName(authorityURI: text) == nil) }

  @Test("a URI names federation and member, and is read as it was written")
  func uri() throws {
    let uri = MemberURI(federation: try FederationName("hq.example"), member: try MemberName("kernel.pune"))
    #expect(uri.text == "headwater://hq.example/kernel.pune")
    #expect(MemberURI(uri.text) == uri)
  }

  @Test(
    "any other spelling is no URI of a member",
    arguments: [
      "", "headwater://", "headwater://hq.example", "headwater://hq.example/", "headwater:///pune",
      "headwater://hq.example/pune/", "headwater://hq.example/pune?x", "headwater://HQ.example/pune",
      "Headwater://hq.example/pune", "https://hq.example/pune", " headwater://hq.example/pune",
      "headwater://hq.example:1/pune", "headwater://u@hq.example/pune", "headwater://hq.example/pu%6Ee",
      "headwater://hq/a/b", "headwater://hq/..", "headwater://hq/pu\0ne", "headwater://hq/é", "headwater://hq/p_1",
    ])
  func noURI(text: String) { #expect(MemberURI(text) == nil) }

  @Test(
    "an address is a host and a port",
    arguments: [
      ("pune.example:8586", "pune.example:8586"), ("Pune.Example:1", "pune.example:1"),
      ("10.0.0.1:65535", "10.0.0.1:65535"),
      ("[FE80::1]:8586", "[fe80::1]:8586"), ("[2001:db8:0:0:0:0:0:1]:1", "[2001:db8::1]:1"), ("[:::::]:1", nil),
      ("[1::2::3]:1", nil), ("[fe80::1%lo]:1", nil), ("[10.0.0.1]:1", nil), ("[::1:1", nil),
      ("\u{212A}.example:1", nil), ("[::ffff:1.2.3.4]:8586", "[::ffff:1.2.3.4]:8586"), ("pune:0", nil),
      ("pune", nil), ("pune:", nil), (":8586", nil), ("pune:65536", nil), ("pune:+1", nil), ("pune:01", nil),
      ("::1:8586", nil), ("[pune]:8586", nil), ("10.0.0.256:1", nil), ("10.0.1:1", nil), ("010.0.0.1:1", nil),
      ("pu ne:1", nil), ("[]:1", nil), (String(repeating: "a", count: 400) + ":1", nil),
    ] as [(String, String?)])
  func address(text: String, expected: String?) { #expect(MemberAddress(text)?.description == expected) }
}
