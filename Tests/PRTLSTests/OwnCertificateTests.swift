// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import TestThreads
import Testing

@testable import PRTLS

@Suite("A side's own certificate", .ownThreads)
struct OwnCertificateTests {
  private static let day: Int64 = 86_400

  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let dates: ValidityPeriod
    let now: Int64
    let state: ValidityPeriod.State

    init(_ name: String, from notBefore: Int64 = 0, to notAfter: Int64, now: Int64, _ state: ValidityPeriod.State) {
      testDescription = name
      dates = ValidityPeriod(notBefore: notBefore, notAfter: notAfter)
      (self.now, self.state) = (now, state)
    }
  }

  static let cases = [
    Case("before its first second", from: 10, to: 900 * day, now: 9, .notYetValid),
    Case("its first second", from: 10, to: 900 * day, now: 10, .valid),
    Case("31 days before its end", to: 900 * day, now: 869 * day, .valid),
    Case("30 days before its end", to: 900 * day, now: 870 * day, .valid),
    Case("a second later", to: 900 * day, now: 870 * day + 1, .expiresSoon),
    Case("its last second", to: 900 * day, now: 900 * day, .expiresSoon),
    Case("after that", to: 900 * day, now: 900 * day + 1, .expired),
    Case("a short one with more than a third left", to: 9 * day, now: 6 * day, .valid),
    Case(
      "a short one with a third left, without the hour before it was made", to: 9 * day, now: 6 * day + 1200, .valid),
    Case("a short one with less than that left", to: 9 * day, now: 6 * day + 1201, .expiresSoon),
    Case("one of a minute, just made", from: 0, to: 3660, now: 3600, .valid),
    Case("an end before the beginning", from: 100, to: 50, now: 100, .expired),
    Case("dates far apart", from: .min, to: .max, now: 0, .valid),
    Case("a clock far ahead", to: 900 * day, now: .max, .expired),
    Case("a clock far back", to: 900 * day, now: .min, .notYetValid),
  ]

  @Test("a certificate is due for renewal 30 days before its end, a short one when a third is left", arguments: cases)
  func state(example: Case) { #expect(example.dates.state(at: example.now) == example.state) }

  @Test("dates and names are read from the file, and from what connections show")
  func read() throws {
    let certificates = try Certificates(["hq.example=10.9.8.7"], options: ["--no-loopback", "--days", "9"])
    let own = try OwnCertificate.read(certificates.path("hq.example.pem"))
    #expect(own.names == ["hq.example", "10.9.8.7"])
    let now = Int64(Date().timeIntervalSince1970)
    #expect(own.dates.notBefore <= now && now - own.dates.notBefore < 600)
    #expect(own.dates.notAfter - own.dates.notBefore == 9 * Self.day)
    #expect(try certificates.server().certificate == own)
    #expect(try certificates.client(nil).certificate == nil)
  }

  @Test("a reload shows the dates of the new file")
  func reload() throws {
    let certificates = try Certificates(["hq.example"], options: ["--no-loopback", "--days", "9"])
    let server = try certificates.server()
    let before = try #require(server.certificate)
    try certificates.make(["hq.example"], ["--renew", "--no-loopback", "--days", "90"])
    #expect(server.certificate == before)
    try server.reload()
    #expect(try #require(server.certificate).dates.notAfter > before.dates.notAfter)
  }

  @Test(
    "a certificate is for what a client would find in it",
    arguments: [
      ("hq.example", true), ("HQ.EXAMPLE", true), ("10.9.8.7", true), ("a.farm.example", true), ("fe80::1", true),
      ("fe80:0:0:0:0:0:0:1", true), ("a.b.farm.example", false), ("farm.example", false), ("10.9.8.6", false),
      ("hq.example.evil", false), ("", false), ("common.example", false),
    ])
  func names(host: String, isFor: Bool) throws {
    let own = try Certificates(["hq.example"])
    try own.makeOdd(
      "odd", subject: "/CN=common.example",
      extensions: "subjectAltName = DNS:hq.example, IP:10.9.8.7, DNS:*.farm.example, IP:fe80::1")
    #expect(try OwnCertificate.read(own.path("odd.pem")).isFor(host) == isFor)
  }

  @Test("a file without a certificate is told", arguments: ["", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
  func rubbish(text: String) throws {
    let own = try Certificates(["hq.example"])
    try own.write(text, to: "rubbish.pem")
    #expect(throws: TLSError.self) { try OwnCertificate.read(own.path("rubbish.pem")) }
    #expect(throws: TLSError.self) { try OwnCertificate.read(own.path("missing.pem")) }
  }
}
