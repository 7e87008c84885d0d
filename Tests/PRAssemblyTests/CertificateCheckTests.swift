// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRTLS
import PRWire
import Testing

@testable import PRAssembly

@Suite("The check of a node's certificates")
struct CertificateCheckTests {
  /// With a lifetime of 30 days, from an hour ago.
  private static func certificate(_ names: [String]) throws -> OwnCertificate {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString).pem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let authority = try ThrowawayAuthority(at: Int64(Date().timeIntervalSince1970))
    try Data(authority.identity(names).certificate.utf8).write(to: URL(fileURLWithPath: path))
    return try OwnCertificate.read(path)
  }

  private static let day: Int64 = 86_400

  @Test("a certificate is told by what its dates mean now")
  func dates() throws {
    let own = try Self.certificate(["hq.example"])
    let check = CertificateCheck(certificates: [own, own], listeners: [])
    #expect(check.findings(at: own.dates.notBefore + Self.day) == [])
    #expect(
      check.findings(at: own.dates.notBefore - 1)
        == [.notYetValid(path: own.path, from: own.dates.notBefore)])
    #expect(
      check.findings(at: own.dates.notAfter - Self.day) == [.expiresSoon(path: own.path, at: own.dates.notAfter)])
    #expect(check.findings(at: own.dates.notAfter + 1) == [.expired(path: own.path, at: own.dates.notAfter)])
  }

  @Test(
    "a listener's host that the certificate is not for is told where clients call the node by it",
    arguments: [
      ("tls://hq.example:1", false), ("tls://site.example:1", true), ("tls://0.0.0.0:1", false),
      ("tls://[::]:1", false),
      ("tls://10.1.2.3:1", false), ("tls://localhost:1", false), ("tls://127.0.0.1:1", false),
      ("tcp://site.example:1", false), ("tls://127.evil.example:1", true),
    ])
  func names(listener: String, isTold: Bool) throws {
    let own = try Self.certificate(["hq.example"])
    let address = try Endpoint(listener)
    let findings = CertificateCheck(certificates: [own], listeners: [address, address]).findings(
      at: own.dates.notBefore + Self.day)
    guard isTold, case .tls(let host, _) = address else {
      #expect(findings == [])
      return
    }
    #expect(findings == [.otherNames(path: own.path, names: ["hq.example"], host: host)])
  }
}
