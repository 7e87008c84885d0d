// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRStore
import PRTLS

/// The folder with the keys of a node of a federation: `<database>.keys`, for its owner alone.
///
/// | file | what |
/// |---|---|
/// | `node.pem` | the node's key, its certificate, and those of the authorities |
/// | `trust.pem` | the certificates of the authorities, and the list of revoked certificates |
/// | `authority.pem` | at the authority: its certificate |
/// | `authority.key` | at the authority: its key, which is needed to sign and not to serve |
/// | `joining-ID.pem` | while a node joins: its key and its request, so that a join whose line was cut goes on |
///
/// Key and certificate stand in one file, which takes the place of another in one step.
package struct KeyFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// The folder beside a database file.
  package static func standard(beside database: String) -> String { database + ".keys" }

  package var files: TLSFiles {
    TLSFiles(certificate: file("node.pem"), key: file("node.pem"), trust: file("trust.pem"))
  }

  package var nodeFile: String { file("node.pem") }
  package var trustFile: String { file("trust.pem") }
  package var authorityFile: String { file("authority.pem") }
  package var authorityKeyFile: String { file("authority.key") }

  package func joiningFile(_ id: String) -> String { file("joining-\(id).pem") }

  private func file(_ name: String) -> String { path + "/" + name }

  /// The node has joined, or is the authority.
  package var isComplete: Bool {
    FileManager.default.fileExists(atPath: nodeFile) && FileManager.default.fileExists(atPath: trustFile)
  }

  package var hasAuthorityKey: Bool { FileManager.default.fileExists(atPath: authorityKeyFile) }

  package func make() throws(KeyFolderError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    } catch {
      throw .cannotWrite(path, reason: error.localizedDescription)
    }
  }

  // MARK: Writing

  package func write(
    _ key: PrivateKey, _ certificate: MemberCertificate, of authorities: [AuthorityCertificate]
  ) throws(KeyFolderError) {
    let parts: [String] = try Self.certificates(path) { () throws(CertificateError) in
      try [key.pem(), certificate.pem()] + authorities.map { authority throws(CertificateError) in try authority.pem() }
    }
    try write(parts.joined(), to: nodeFile, mode: 0o600)
  }

  package func write(trust authorities: [AuthorityCertificate], _ list: RevocationList?) throws(KeyFolderError) {
    let parts: [String] = try Self.certificates(path) { () throws(CertificateError) in
      try authorities.map { authority throws(CertificateError) in try authority.pem() } + [list?.pem() ?? ""]
    }
    try write(parts.joined(), to: trustFile, mode: 0o644)
  }

  package func write(_ authority: CertificateAuthority) throws(KeyFolderError) {
    let (key, certificate) = try Self.certificates(path) { () throws(CertificateError) in
      (try authority.keyPEM(), try authority.certificate.pem())
    }
    try write(key, to: authorityKeyFile, mode: 0o600)
    try write(certificate, to: authorityFile, mode: 0o644)
  }

  package func write(_ text: String, to path: String, mode: UInt32) throws(KeyFolderError) {
    do throws(FileError) {
      try AtomicFile(path, in: .system).write(Array(text.utf8), mode: mode)
    } catch {
      throw .cannotWrite(path, reason: error.description)
    }
  }

  package func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }

  // MARK: Reading

  package func read(_ path: String) throws(KeyFolderError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .cannotRead(path, reason: "there is no such file, or this user may not read it")
    }
    return Array(data)
  }

  /// - Parameter now: in seconds since 1970.
  package func authority(at now: Int64) throws(KeyFolderError) -> CertificateAuthority {
    let (certificate, key) = (try read(authorityFile), try read(authorityKeyFile))
    return try Self.certificates(authorityFile) { () throws(CertificateError) in
      try CertificateAuthority(certificate: certificate, key: key, at: now)
    }
  }

  package func key() throws(KeyFolderError) -> PrivateKey {
    let bytes = try read(nodeFile)
    return try Self.certificates(nodeFile) { () throws(CertificateError) in
      try PrivateKey(reading: PEMBundle(bytes).first(.privateKey))
    }
  }

  package func certificate() throws(KeyFolderError) -> MemberCertificate {
    let bytes = try read(nodeFile)
    return try Self.certificates(nodeFile) { () throws(CertificateError) in
      try MemberCertificate(reading: PEMBundle(bytes).first(.certificate))
    }
  }

  /// The authorities that the node believes.
  package func authorities() throws(KeyFolderError) -> [AuthorityCertificate] {
    let bytes = try read(trustFile)
    return try Self.certificates(trustFile) { () throws(CertificateError) in
      try PEMBundle(bytes).all(.certificate).map { der throws(CertificateError) in
        try AuthorityCertificate(reading: der)
      }
    }
  }

  package func trust() throws(KeyFolderError) -> CertificateAuthority.Trust {
    let authorities = try authorities()
    guard let first = authorities.first else {
      throw .cannotRead(trustFile, reason: "it has no certificate of an authority")
    }
    return CertificateAuthority.Trust(first, authorities.dropFirst().first)
  }

  /// - Returns: nil where there is none yet.
  package func revocations() throws(KeyFolderError) -> RevocationList? {
    let (bytes, trust) = (try read(trustFile), try trust())
    guard let list = PEMBundle(bytes).all(.revocationList).first else {
      guard !String(decoding: bytes, as: UTF8.self).contains("X509 CRL") else {
        throw .cannotRead(trustFile, reason: "its list of revoked certificates is cut off")
      }
      return nil
    }
    return try Self.certificates(trustFile) { () throws(CertificateError) in
      try RevocationList(reading: list, of: trust)
    }
  }

  private static func certificates<Value>(
    _ path: String, _ body: () throws(CertificateError) -> Value
  ) throws(KeyFolderError) -> Value {
    do throws(CertificateError) {
      return try body()
    } catch {
      throw .bad(path, error)
    }
  }
}

/// Why the folder cannot be used.
package enum KeyFolderError: Error, Hashable, Sendable {
  case cannotRead(String, reason: String)
  case cannotWrite(String, reason: String)
  case bad(String, CertificateError)
}

extension KeyFolderError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .cannotRead(let path, let reason): "cannot read \(path): \(reason); check the folder that --keys names"
    case .cannotWrite(let path, let reason): "cannot write \(path): \(reason)"
    case .bad(let path, let error): "\(path): \(error)"
    }
  }
}
