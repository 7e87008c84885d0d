// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import Testing

@Suite("The openssl command")
struct OpenSSLCommandTests {
  static let path = ["/usr/bin/openssl", "/usr/local/bin/openssl"].first(where: FileManager.default.isExecutableFile)

  private static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: try #require(path))
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  @Test("accepts a member, strictly, and refuses a revoked one", .enabled(if: path != nil))
  func verify() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    func write(_ text: String, to name: String) throws -> String {
      try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8)
      return "\(folder)/\(name)"
    }
    let now = Int64(clamping: Int(Date().timeIntervalSince1970))
    var fixture = try Fixture(at: now)
    let (good, bad) = (try fixture.member("good", rights: ["read"], at: now), try fixture.member("bad", at: now))
    let list = try fixture.authority.revocationList(number: 1, of: [.init(serial: bad.serial, time: now)], at: now)
    let authority = try write(fixture.authority.certificate.pem(), to: "ca.pem")
    let (lists, goodPath) = (try write(list.pem(), to: "list.pem"), try write(good.pem(), to: "good.pem"))
    let badPath = try write(bad.pem(), to: "bad.pem")
    for purpose in ["sslserver", "sslclient"] {
      let options = ["-x509_strict", "-crl_check", "-purpose", purpose, "-CAfile", authority, "-CRLfile", lists]
      let accepted = try Self.run(["verify"] + options + [goodPath])
      #expect(accepted.status == 0, "\(accepted.text)")
      let refused = try Self.run(["verify"] + options + [badPath])
      #expect(refused.status != 0 && refused.text.contains("certificate revoked"), "\(refused.text)")
    }
    let printed = try Self.run(["x509", "-in", goodPath, "-noout", "-text", "-serial"]).text
    #expect(printed.contains("URI:headwater://hq.example/good"))
    #expect(printed.contains("\(CertificateRights.objectIdentifier): \n"), "\(printed)")
    #expect(printed.contains("serial=\(good.serial.description.uppercased())"))
  }
}
