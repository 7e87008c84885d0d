// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRStore
import PRTLS

/// The folder with the keys of a node of a federation: `<database>.keys`, for its owner alone.
///
/// | file | what |
/// |---|---|
/// | `node.pem` | the node's key, its certificate, and those of the authorities |
/// | `trust.pem` | the certificates of the authorities, and the lists of revoked certificates |
/// | `authority.pem` | at the authority: its certificate |
/// | `authority.key` | at the authority: its key, which is needed to sign and not to serve |
/// | `authority-next.pem`, `authority-next.key` | at the authority, while it changes its key: the next one |
/// | `authority-new.pem`, `authority-new.key` | at the authority, while a key takes the place of a lost one: the new one |
/// | `joining-ID.pem` | while a node joins: its key and its request, so that a join whose line was cut goes on |
///
/// Key and certificate stand in one file, which takes the place of another in one step.
package struct KeyFolder: Sendable {
  package let path: String
  private let system: any KeyFiles
  private let memo = KeyMemo()

  package init(_ path: String) { self.init(path, on: SystemKeyFiles()) }

  package init(_ path: String, on files: any KeyFiles) {
    self.path = path
    system = files
  }

  /// The folder beside a database file.
  package static func standard(beside database: String) -> String { database + ".keys" }

  package var files: TLSFiles {
    TLSFiles(certificate: file("node.pem"), key: file("node.pem"), trust: file("trust.pem"))
  }

  package var nodeFile: String { file("node.pem") }
  package var trustFile: String { file("trust.pem") }
  package var authorityFile: String { file("authority.pem") }
  package var authorityKeyFile: String { file("authority.key") }
  package var nextAuthorityFile: String { file("authority-next.pem") }
  package var nextAuthorityKeyFile: String { file("authority-next.key") }

  var replacementFile: String { file("authority-new.pem") }
  var replacementKeyFile: String { file("authority-new.key") }

  package func joiningFile(_ id: String) -> String { file("joining-\(id).pem") }

  private func file(_ name: String) -> String { path + "/" + name }

  /// The node has joined, or is the authority.
  package var isComplete: Bool {
    exists(nodeFile) && exists(trustFile)
  }

  package var hasAuthorityKey: Bool { exists(authorityKeyFile) }

  package func exists(_ path: String) -> Bool { system.exists(path) }

  package func make() throws(KeyFolderError) { try system.makeFolder(path) }

  // MARK: Writing

  /// - Parameter authorities: what others are shown beside the certificate.
  package func write(
    _ key: PrivateKey, _ certificate: MemberCertificate, of authorities: [AuthorityCertificate]
  ) throws(KeyFolderError) {
    let parts: [String] = try Self.certificates(path) { () throws(CertificateError) in
      // The one that has signed the certificate follows it.
      let issuer = try CertificateAuthority.Trust(authorities)?.issuer(of: certificate)
      let shown = issuer.map { issuer in [issuer] + authorities.filter { $0 != issuer } } ?? authorities
      return try [key.pem(), certificate.pem()]
        + shown.map { authority throws(CertificateError) in try authority.pem() }
    }
    try write(parts.joined(), to: nodeFile, mode: 0o600)
  }

  package func write(trust authorities: [AuthorityCertificate], _ lists: [RevocationList]) throws(KeyFolderError) {
    let parts: [String] = try Self.certificates(path) { () throws(CertificateError) in
      try authorities.map { authority throws(CertificateError) in try authority.pem() }
        + lists.map { list throws(CertificateError) in try list.pem() }
    }
    try write(parts.joined(), to: trustFile, mode: 0o644)
  }

  package func write(_ authority: CertificateAuthority) throws(KeyFolderError) {
    try write(authority, authorityFile, authorityKeyFile)
  }

  /// The key that is to come in the place of the authority's.
  package func write(next authority: CertificateAuthority) throws(KeyFolderError) {
    try write(authority, nextAuthorityFile, nextAuthorityKeyFile)
  }

  func write(
    _ authority: CertificateAuthority, _ certificateFile: String, _ keyFile: String
  ) throws(KeyFolderError) {
    let (key, certificate) = try Self.certificates(path) { () throws(CertificateError) in
      (try authority.keyPEM(), try authority.certificate.pem())
    }
    try write(key, to: keyFile, mode: 0o600)
    try write(certificate, to: certificateFile, mode: 0o644)
  }

  /// The next key takes the place of the authority's, which is gone then.
  package func promoteNext(at now: Int64) throws(KeyFolderError) {
    try write(try nextAuthority(at: now))
    removeNext()
  }

  /// There is no next key any more.
  package func removeNext() {
    // The certificate first: by that file it is seen that there is a next key.
    remove(nextAuthorityFile)
    remove(nextAuthorityKeyFile)
  }

  package func write(_ text: String, to path: String, mode: UInt32) throws(KeyFolderError) {
    do throws(FileError) {
      try system.write(text, to: path, mode: mode)
    } catch {
      throw .cannotWrite(path, reason: error.description)
    }
  }

  package func remove(_ path: String) { system.remove(path) }

  // MARK: Reading

  package func read(_ path: String) throws(KeyFolderError) -> [UInt8] {
    guard let bytes = system.contents(path) else {
      throw .cannotRead(path, reason: "there is no such file, or this user may not read it")
    }
    return bytes
  }

  /// - Parameter now: in seconds since 1970.
  package func authority(at now: Int64) throws(KeyFolderError) -> CertificateAuthority {
    try authority(authorityFile, authorityKeyFile, at: now)
  }

  package var hasNextAuthority: Bool { exists(nextAuthorityFile) }

  package func nextAuthority(at now: Int64) throws(KeyFolderError) -> CertificateAuthority {
    try authority(nextAuthorityFile, nextAuthorityKeyFile, at: now)
  }

  /// The authority with a key, whether that is the present one or the next.
  ///
  /// - Parameter digest: SHA-256 of the public key.
  package func authority(withKey digest: SecureDigest, at now: Int64) throws(KeyFolderError) -> CertificateAuthority {
    if hasNextAuthority, let next = try? nextAuthority(at: now), next.certificate.digest == digest { return next }
    let present = try authority(at: now)
    guard present.certificate.digest == digest else {
      throw .cannotRead(authorityKeyFile, reason: "it is not the key of the authority that the register names")
    }
    return present
  }

  func replacement(at now: Int64) throws(KeyFolderError) -> CertificateAuthority {
    try authority(replacementFile, replacementKeyFile, at: now)
  }

  private func authority(
    _ certificateFile: String, _ keyFile: String, at now: Int64
  ) throws(KeyFolderError) -> CertificateAuthority {
    let (certificate, key) = (try read(certificateFile), try read(keyFile))
    return try Self.certificates(certificateFile) { () throws(CertificateError) in
      try CertificateAuthority(certificate: certificate, key: key, at: now)
    }
  }

  /// The certificate of the authority, which is there on machines of it that have no key as well.
  func authorityCertificate() throws(KeyFolderError) -> AuthorityCertificate {
    let bytes = try read(authorityFile)
    return try Self.certificates(authorityFile) { () throws(CertificateError) in
      try AuthorityCertificate(reading: bytes)
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
    return try memo.value("certificate", of: bytes) { () throws(KeyFolderError) in
      try Self.certificates(nodeFile) { () throws(CertificateError) in
        try MemberCertificate(reading: PEMBundle(bytes).first(.certificate))
      }
    }
  }

  /// The authorities that the node believes.
  package func authorities() throws(KeyFolderError) -> [AuthorityCertificate] {
    let bytes = try read(trustFile)
    return try memo.value("authorities", of: bytes) { () throws(KeyFolderError) in
      try Self.certificates(trustFile) { () throws(CertificateError) in
        try PEMBundle(bytes).all(.certificate).map { der throws(CertificateError) in
          try AuthorityCertificate(reading: der)
        }
      }
    }
  }

  package func trust() throws(KeyFolderError) -> CertificateAuthority.Trust {
    guard let trust = CertificateAuthority.Trust(try authorities()) else {
      throw .cannotRead(trustFile, reason: "it has no certificate of an authority")
    }
    return trust
  }

  /// The lists of revoked certificates, one of an authority; none where there are none yet.
  package func revocations() throws(KeyFolderError) -> [RevocationList] {
    let (bytes, trust) = (try read(trustFile), try trust())
    return try memo.value("revocations", of: bytes) { () throws(KeyFolderError) in try revocations(in: bytes, trust) }
  }

  private func revocations(
    in bytes: [UInt8], _ trust: CertificateAuthority.Trust
  ) throws(KeyFolderError) -> [RevocationList] {
    let lists = PEMBundle(bytes).all(.revocationList)
    guard lists.count == String(decoding: bytes, as: UTF8.self).ranges(of: "BEGIN X509 CRL").count else {
      throw .cannotRead(trustFile, reason: "its list of revoked certificates is cut off")
    }
    return try Self.certificates(trustFile) { () throws(CertificateError) in
      try lists.map { list throws(CertificateError) in try RevocationList(reading: list, of: trust) }
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

/// Folders are the same where their paths are.
extension KeyFolder: Hashable {
  package static func == (left: KeyFolder, right: KeyFolder) -> Bool { left.path == right.path }

  package func hash(into hasher: inout Hasher) { hasher.combine(path) }
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
