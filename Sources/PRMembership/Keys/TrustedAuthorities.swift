// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation

/// The authorities whose certificates a node of a federation believes: one, and two while the authority changes its key.
///
/// It goes on from a key to the one that this key has endorsed, and never back: whatever an answer names, a node takes over no
/// authority that one of its own has not signed, and gives none up before it has a certificate of the next.
struct TrustedAuthorities: Hashable, Sendable {
  private(set) var authorities: [AuthorityCertificate]

  /// So many at a time.
  private static let maximum = 2

  init(_ authorities: [AuthorityCertificate]) { self.authorities = authorities }

  /// Takes what the register says.
  ///
  /// - Parameters:
  ///   - trusted: SHA-256 of the keys that it names.
  ///   - new: the certificate of the next one, unproven.
  ///   - issuer: SHA-256 of the key that has signed the node's own certificate.
  mutating func take(_ trusted: [SecureDigest], new: AuthorityCertificate?, issuer: SecureDigest?) {
    drop(trusted, issuer)
    guard let new, trusted.contains(new.digest), authorities.count < Self.maximum,
      !authorities.contains(where: { $0.publicKey == new.publicKey }),
      authorities.contains(where: new.isEndorsed)
    else { return }
    authorities.append(new)
  }

  private mutating func drop(_ trusted: [SecureDigest], _ issuer: SecureDigest?) {
    let all = authorities
    authorities.removeAll { former in
      guard !trusted.contains(former.digest), issuer != former.digest else { return false }
      return all.contains { trusted.contains($0.digest) && $0.isEndorsed(by: former) }
    }
  }
}

/// What the register, or an answer, says of the authorities and of their lists.
struct TrustUpdate: Hashable, Sendable {
  /// SHA-256 of the keys that are to be trusted; nil where nothing is said.
  var trusted: [SecureDigest]?
  /// The certificate of the next authority, as PEM.
  var new: String?
  /// Lists of revoked certificates, as PEM.
  var lists: [String]

  init(trusted: [SecureDigest]?, new: String?, lists: [String?]) {
    self.trusted = trusted
    self.new = new
    self.lists = lists.compactMap(\.self)
  }
}

extension AuthorityCertificate {
  /// SHA-256 of its public key, as tokens name it.
  package var digest: SecureDigest { SecureDigest(of: publicKey.der) }
}

extension CertificateAuthority.Trust {
  /// - Returns: nil for none.
  package init?(_ authorities: [AuthorityCertificate]) {
    guard let first = authorities.first else { return nil }
    self.init(first, authorities.dropFirst().first)
  }
}

extension KeyFolder {
  /// Takes over the authorities and the lists that come in the place of those in the folder.
  ///
  /// - Returns: whether a file was written.
  func take(_ update: TrustUpdate) throws -> Bool {
    let held = try authorities()
    var trusted = TrustedAuthorities(held)
    if let keys = update.trusted {
      let new = try update.new.map { try AuthorityCertificate(reading: Array($0.utf8)) }
      trusted.take(keys, new: new, issuer: try issuer())
    }
    guard let trust = CertificateAuthority.Trust(trusted.authorities) else { return false }
    let kept = try revocations()
    var lists = kept.filter { list in trust.authorities.contains { $0.publicKey == list.authority } }
    for text in update.lists {
      let list = try RevocationList(reading: Array(text.utf8), of: trust)
      let old = lists.firstIndex { $0.authority == list.authority }
      guard old.map({ list.replaces(lists[$0]) }) ?? true else { continue }
      if let old { lists.remove(at: old) }
      lists.append(list)
    }
    // OpenSSL refuses all certificates of an authority whose list is missing beside that of another.
    guard lists.isEmpty || lists.count == trust.authorities.count else {
      throw KeyFolderError.cannotRead(trustFile, reason: "the list of revoked certificates of one authority is missing")
    }
    let isOther = trusted.authorities != held
    guard isOther || Set(lists) != Set(kept) else { return false }
    try write(trust: trusted.authorities, lists)
    // Stores that join look for the authority of their token in what the node shows.
    if isOther { try write(key(), certificate(), of: trusted.authorities) }
    return true
  }

  /// SHA-256 of the key that has signed the node's certificate; nil where that is none of those in the folder.
  func issuer() throws -> SecureDigest? { try trust().issuer(of: certificate())?.digest }
}
