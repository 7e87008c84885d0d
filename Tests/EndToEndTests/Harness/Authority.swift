// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A folder with a certificate authority of its own, made by `topology/certificates` and the openssl command.
final class Authority: Sendable {
  private let folder: TemporaryFolder

  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("topology/certificates").path

  /// - Parameter names: whom to make certificates for, all of them good for this machine too.
  init(_ names: String...) throws {
    folder = try TemporaryFolder()
    try make(names)
  }

  func make(_ names: [String], _ options: String...) throws {
    try Self.check(Self.script, options + [folder.path] + names, in: folder)
  }

  func path(_ name: String) -> String { folder.path(name) }

  /// What a side shows and believes, as options.
  ///
  /// - Parameters:
  ///   - name: nil for one that shows nothing.
  ///   - trusting: whose certificates it believes; by default this authority's.
  func options(_ name: String?, trusting: Authority? = nil) -> [String] {
    let own = name.map { ["--tls-certificate", path("\($0).pem"), "--tls-key", path("\($0).key")] } ?? []
    return own + ["--tls-trust", (trusting ?? self).path("ca.pem")]
  }

  /// Makes a certificate that expired yesterday.
  func makeExpired(_ name: String) throws {
    try folder.write("subjectAltName = DNS:\(name), DNS:localhost, IP:127.0.0.1\n", to: "expired.cnf")
    try Self.check(
      "openssl",
      [
        "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)",
        "-keyout", path("\(name).key"), "-out", path("expired.csr"),
      ], in: folder)
    try Self.check(
      "openssl",
      [
        "x509", "-req", "-in", path("expired.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-days", "-1",
        "-extfile", path("expired.cnf"), "-out", path("\(name).pem"),
      ], in: folder)
  }

  /// The certificate that a server shows, in PEM.
  func shown(by server: Address, to name: String) throws -> String {
    let port = try #require(server.port)
    let output = try Self.check(
      "openssl",
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-cert", path("\(name).pem"), "-key", path("\(name).key"),
      ], in: folder)
    let start = try #require(output.range(of: "-----BEGIN CERTIFICATE-----")).lowerBound
    let end = try #require(output.range(of: "-----END CERTIFICATE-----")).upperBound
    return String(output[start..<end])
  }

  @discardableResult
  private static func check(_ program: String, _ arguments: [String], in folder: TemporaryFolder) throws -> String {
    let process = try ChildProcess(program, arguments, in: folder.path)
    guard try process.wait() == .exit(0) else { throw Failure("\(program) \(arguments): \(process.errors.text)") }
    return process.output.text
  }
}

extension Address {
  /// As an option for a client that speaks TLS with this machine.
  func tls(host: String = "localhost") throws -> String {
    guard let port else { throw Failure("\(self) has no port") }
    return "tls://\(host):\(port)"
  }
}
