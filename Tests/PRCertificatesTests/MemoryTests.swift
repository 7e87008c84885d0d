// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import Testing

@Suite("Memory of OpenSSL's objects", .serialized)
struct MemoryTests {
  private static let pageSize = sysconf(CInt(clamping: _SC_PAGESIZE))

  /// In bytes; nil where the system does not say.
  private static var resident: Int? {
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    return text?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * pageSize }
  }

  private static func makeEverything(_ fixture: inout Fixture) throws {
    let key = try PrivateKey(reading: PrivateKey().pem().bytes)
    let request = try SigningRequest(reading: SigningRequest(for: key).pem().bytes)
    let profile = try MemberProfile(
      member: MemberName("pune"), names: [#require(HostName("::1"))], rights: CertificateRights(["read"]))
    let signed = try fixture.authority.sign(request.publicKey, as: profile, at: Fixture.now, using: &fixture.random)
    let certificate = try MemberCertificate(reading: signed.pem().bytes)
    let list = try fixture.authority.revocationList(
      number: 1, of: [.init(serial: certificate.serial, time: 0)], at: Fixture.now)
    let verdict = try fixture.trust.verdict(of: certificate, lists: [list], at: Fixture.now)
    #expect(verdict == .refused(.revoked(at: 0)))
    // What is refused is freed too.
    #expect(throws: CertificateError.self) { try MemberCertificate(reading: Array(certificate.der.dropLast())) }
    #expect(throws: CertificateError.self) { try MemberCertificate(reading: fixture.authority.certificate.der) }
    #expect(throws: CertificateError.self) { try SigningRequest(reading: request.der + [0]) }
    #expect(throws: CertificateError.self) { try RevocationList(reading: request.der, of: fixture.trust) }
  }

  private static let isLong = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] != nil

  @Test("does not grow in 10,000 rounds of all that is made and read", .enabled(if: isLong && resident != nil))
  func growth() throws {
    var fixture = try Fixture()
    for _ in 0..<500 { try Self.makeEverything(&fixture) }
    let before = try #require(Self.resident)
    for _ in 0..<10_000 { try Self.makeEverything(&fixture) }
    let growth = try #require(Self.resident) - before
    // A certificate or a key that is lost in each round is 20 MB or more. Other tests run beside this one.
    #expect(growth < 4 << 20, "\(growth) bytes")
  }
}
