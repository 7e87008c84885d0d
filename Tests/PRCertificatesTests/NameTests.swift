// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import TestSeed
import Testing

@Suite("Names in certificates")
struct NameTests {
  @Test(
    "a host is a DNS name or an address",
    arguments: [
      ("a", "a"), ("Pune.Example", "pune.example"), ("a-b.c1", "a-b.c1"), ("1a.2b", "1a.2b"), ("10.0.0.1", "10.0.0.1"),
      ("::1", "::1"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("", nil), (".", nil), ("a.", nil), (".a", nil),
      ("a..b", nil), ("*.a", nil), ("-a", nil), ("a-", nil), ("a_b", nil), ("a b", nil), ("a,DNS:b", nil), ("é", nil),
      ("1.2.3", nil), ("1.2.3.256", nil), ("01.2.3.4", nil), ("1.2.3.4:5", nil), ("[::1]", nil), ("fe80::1%lo", nil),
      ("1.2.3.4\0", nil), ("a\0b", nil), (String(repeating: "a", count: 64), nil),
    ] as [(String, String?)])
  func host(text: String, expected: String?) { #expect(HostName(text)?.text == expected) }

  @Test("a DNS name has at most 253 bytes", arguments: [(253, true), (254, false)])
  func longHost(length: Int, isTaken: Bool) {
    let name = String(repeating: "a.", count: 120) + String(repeating: "b", count: length - 240)
    #expect((HostName(name) != nil) == isTaken)
  }

  @Test(
    "each host that a member's address has is one that its certificate can have",
    arguments: [
      "a", "Pune.Example", "1a.2b", "10.0.0.1", "[::1]", "[2001:DB8:0:0:0:0:0:1]", "[::ffff:1.2.3.4]",
      String(repeating: "a.", count: 126) + "b",
    ])
  func addressHost(host: String) throws {
    let address = try #require(MemberAddress(host + ":8586"))
    let read = try #require(HostName(address.host))
    #expect(HostName(of: address) == read && read.text == address.host)
    #expect(read.isAddress == (host.hasPrefix("[") || host.hasPrefix("10")))
  }

  @Test("no address has a host that a certificate cannot have, among random ones", arguments: Seed.several(3))
  func randomHosts(seed: Seed) {
    var random = seed.numbers
    let parts = ["a", "B", "-", ".", ":", "::", "1", "25", "256", "0", "ff", "]", "[", "_", "*", "\u{212A}", "\0"]
    var taken = 0
    for _ in 0..<20_000 {
      let host = (0..<Int.random(in: 1...6, using: &random)).map { _ in parts.randomElement(using: &random) ?? "" }
      for text in [host.joined(), "[\(host.joined())]"] {
        guard let address = MemberAddress(text + ":1") else { continue }
        taken += 1
        #expect(HostName(address.host) == HostName(of: address), "\(text.debugDescription), \(seed)")
        #expect(MemberAddress(address.description) == address, "\(text.debugDescription), \(seed)")
      }
    }
    #expect(taken > 100, "\(seed)")
  }

  @Test("rights are sorted, and each is there once")
  func rights() throws {
    #expect(try CertificateRights(["b", "a", "b"]).names == ["a", "b"])
    #expect(try CertificateRights([]) == .none)
  }

  @Test(
    "what is no right is refused",
    arguments: [
      [""], ["Read"], ["a b"], ["a,b"], ["é"], ["a\0"], [String(repeating: "a", count: 33)], (0..<17).map { "r\($0)" },
    ])
  func badRights(names: [String]) {
    #expect(throws: CertificateError.badRight) { try CertificateRights(names) }
  }

  @Test("a serial number is read as it is written", arguments: Seed.several(3))
  func serial(seed: Seed) throws {
    var random = seed.numbers
    for _ in 0..<100 {
      let serial = SerialNumber.random(using: &random)
      #expect(SerialNumber(hex: serial.description) == serial, "\(seed)")
      #expect(SerialNumber(hex: serial.description.uppercased()) == serial, "\(seed)")
      #expect(serial.description.count == 32 && serial.number >> 126 == 1, "\(seed)")
    }
  }

  @Test(
    "what is no serial number is refused",
    arguments: ["", "0", "00", "-1", "+1", "g", "1 ", String(repeating: "f", count: 33)])
  func badSerial(text: String) { #expect(SerialNumber(hex: text) == nil) }

  @Test("an error says what to do, for each kind", arguments: EncodedKind.allCases)
  func errors(kind: EncodedKind) {
    #expect(CertificateError.tooLarge(kind).description.contains("\(kind.maximumBytes) bytes"))
    #expect(CertificateError.malformed(kind, reason: "x").description.contains("BEGIN "))
  }
}
