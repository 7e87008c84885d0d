// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRTopology

@Suite("Certificates of a topology")
struct CertificateFactsTests {
  private static let text = """
    defaults:
      tls: {trust: ca.pem}
    nodes:
      hq:
        host: hq.example
        listen: tls://0.0.0.0:8586
        tls: {certificate: hq.pem, key: hq.key}
      site:
        host: site.example
        upstream: hq
        lane: 0/2
        tls: {certificate: site.pem, key: site.key}
    """

  private static func headlines(_ facts: CertificateFacts, of text: String = text) -> [String] {
    let files = CertificateFiles(exists: { _ in true }, facts: { $0 == "hq.pem" ? facts : nil })
    return Topology.read(text.utf8, file: "t.yaml", certificates: files).diagnostics.map(\.headline)
  }

  private static func facts(
    _ dates: CertificateFacts.Dates = .valid, for names: [String] = ["hq.example"]
  ) -> CertificateFacts {
    CertificateFacts(dates: dates, names: names) { names.contains($0) }
  }

  @Test("a certificate that is valid and rightly named is no complaint")
  func good() { #expect(Self.headlines(Self.facts()) == []) }

  static let dated: [(CertificateFacts.Dates, String)] = [
    (.expired(day: "2026-01-02"), "error: the certificate of 'hq' expired on 2026-01-02"),
    (.notYetValid(day: "2026-01-02"), "error: the certificate of 'hq' is not valid before 2026-01-02"),
    (.expiresSoon(day: "2026-01-02"), "warning: the certificate of 'hq' expires on 2026-01-02"),
  ]

  @Test("dates are complained about where the certificate is named", arguments: dated)
  func dates(dates: CertificateFacts.Dates, words: String) {
    #expect(Self.headlines(Self.facts(dates)) == ["t.yaml:7:24: \(words)"])
  }

  @Test("a certificate must be for the name by which another node calls its node")
  func names() {
    let words = "t.yaml:7:24: error: the certificate of 'hq' is for 'other.example', and 'site' calls it 'hq.example'"
    #expect(Self.headlines(Self.facts(for: ["other.example"])) == [words])
    #expect(
      Self.headlines(Self.facts(for: [])) == [words.replacing("'other.example'", with: "no name")])
  }

  @Test("a caller may expect another name")
  func nameOfCaller() {
    let text = Self.text.replacing("{certificate: site.pem,", with: "{name: other.example, certificate: site.pem,")
    #expect(Self.headlines(Self.facts(for: ["other.example"]), of: text) == [])
    #expect(Self.headlines(Self.facts(), of: text).count == 1)
  }
}
