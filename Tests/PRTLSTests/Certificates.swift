// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTLS

/// A folder with an authority and certificates, made by `topology/certificates` and the openssl command.
final class Certificates: Sendable {
  let folder: String

  /// What most tests need: made once.
  static let shared: Result<Certificates, any Error> = Result {
    atexit { if let made = try? shared.get() { try? FileManager.default.removeItem(atPath: made.folder) } }
    return try Certificates(["hq.example=10.9.8.7", "builder.example"])
  }

  private static let script = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("topology/certificates").path

  /// - Parameter names: as the script takes them.
  init(_ names: [String], options: [String] = ["--no-loopback"]) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-tls-\(UUID().uuidString)").path
    try make(names, options)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func make(_ names: [String], _ options: [String] = ["--no-loopback"]) throws {
    try Command.check(Self.script, options + [folder] + names)
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  func write(_ text: String, to name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path(name))) }

  /// The files of a side.
  func files(_ name: String?) -> TLSFiles {
    TLSFiles(
      certificate: name.map { path("\($0).pem") }, key: name.map { path("\($0).key") }, trust: path("ca.pem"))
  }

  func server(
    _ name: String = "hq.example", requiresClientCertificate: Bool = true, clock: TLSClock = .system
  ) throws -> TLSContext {
    try .server(files(name), requiresClientCertificate: requiresClientCertificate, clock: clock)
  }

  func client(_ name: String? = "builder.example", clock: TLSClock = .system) throws -> TLSContext {
    try .client(files(name), clock: clock)
  }

  /// Makes a certificate of the authority as the script would never make one.
  ///
  /// - Parameters:
  ///   - subject: as openssl takes it: `/CN=somebody`.
  ///   - extensions: lines of a configuration file.
  ///   - days: negative for one that has expired.
  func makeOdd(_ name: String, subject: String, extensions: String, days: Int = 5) throws {
    try write("[extensions]\n" + extensions + "\n", to: "odd.cnf")
    try openssl(
      "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
      "-keyout", path("\(name).key"), "-out", path("odd.csr"))
    try openssl(
      "x509", "-req", "-in", path("odd.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-days", "\(days)",
      "-extfile", path("odd.cnf"), "-extensions", "extensions", "-out", path("\(name).pem"))
  }

  /// Makes `trust.pem`: the authority, and a list that names a certificate as revoked.
  func revoke(_ name: String) throws {
    try write("", to: "index.txt")
    try write(
      """
      [ca]
      default_ca = own
      [own]
      database = \(path("index.txt"))
      default_md = sha256
      default_crl_days = 5
      """, to: "revoke.cnf")
    let authority = ["-config", path("revoke.cnf"), "-cert", path("ca.pem"), "-keyfile", path("ca.key")]
    try Command.check("openssl", ["ca"] + authority + ["-revoke", path("\(name).pem")])
    try Command.check("openssl", ["ca"] + authority + ["-gencrl", "-out", path("list.pem")])
    let both = try ["ca.pem", "list.pem"].map { try String(contentsOfFile: path($0), encoding: .utf8) }
    try write(both.joined(), to: "trust.pem")
  }

  func openssl(_ arguments: String...) throws { try Command.check("openssl", arguments) }
}
