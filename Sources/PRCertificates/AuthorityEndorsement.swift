// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRFederation

/// What the certificate of an authority says of the key before its own: that key has signed this one.
///
/// It stands in an extension of our own, as DER, which is not critical:
///
///     HeadwaterEndorsement ::= SEQUENCE { former SubjectPublicKeyInfo, signature ECDSA-Sig-Value }
///
/// The former key signs SHA-256 of ``message(federation:key:)``. The certificate itself is signed by the new key, so the new key
/// also says which key was before it.
struct AuthorityEndorsement: Hashable, Sendable {
  let former: PublicKey
  /// ECDSA-Sig-Value as DER.
  let signature: [UInt8]

  /// UUID 2d16abaa-87a7-4103-854d-30e9d8f76a46, made at random for this extension; see ``CertificateRights/objectIdentifier``.
  static let objectIdentifier = "2.25.59932972144021506305603107973565475398"

  init(of key: PublicKey, in federation: FederationName, by former: PrivateKey) throws(CertificateError) {
    self.former = former.publicKey
    signature = try former.signature(of: Self.message(federation: federation, key: key))
  }

  /// - Returns: nil for anything but what ``der`` gives.
  init?(der: [UInt8]) {
    var outer = DERReader(der[...])
    let content = Array(outer.read(DERReader.sequence) ?? [])
    // The signature is checked for its form when it is verified.
    guard let former = try? PublicKey(Array(content.prefix(PublicKey.length)), of: .certificate) else { return nil }
    (self.former, signature) = (former, Array(content.dropFirst(PublicKey.length)))
    guard self.der == der else { return nil }
  }

  var der: [UInt8] { DERReader.element(DERReader.sequence, former.der + signature) }

  /// Whether the former key has signed this key for this federation.
  func holds(for key: PublicKey, in federation: FederationName) -> Bool {
    former != key && former.hasSigned(Self.message(federation: federation, key: key), signature)
  }

  private static func message(federation: FederationName, key: PublicKey) -> [UInt8] {
    Array("headwater authority\n\(federation.text)\n".utf8) + key.der
  }
}

extension AuthorityCertificate {
  /// Whether the authority with the other certificate has chosen this one to come after it.
  package func isEndorsed(by other: AuthorityCertificate) -> Bool {
    guard let endorsement, other.federation == federation, endorsement.former == other.publicKey else { return false }
    return endorsement.holds(for: publicKey, in: federation)
  }

  /// The key that has chosen this one to come after it; nil where none has.
  package var endorsedBy: PublicKey? {
    endorsement.flatMap { $0.holds(for: publicKey, in: federation) ? $0.former : nil }
  }

  /// The certificates of a list that belong to this authority: its own, and those of the keys right before and after it.
  ///
  /// - Parameter others: unproven, as a peer has sent them.
  package func kin(among others: [AuthorityCertificate]) -> [AuthorityCertificate] {
    let after = others.first { $0.publicKey != publicKey && $0.isEndorsed(by: self) }
    let before = others.first { $0.publicKey != publicKey && isEndorsed(by: $0) }
    return [self] + [after ?? before].compactMap(\.self)
  }
}

extension PrivateKey {
  /// ECDSA with SHA-256.
  ///
  /// - Returns: ECDSA-Sig-Value as DER.
  func signature(of message: [UInt8]) throws(CertificateError) -> [UInt8] {
    ErrorQueue.clear()
    guard let context = EVP_MD_CTX_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { EVP_MD_CTX_free(context) }
    var signature = [UInt8](repeating: 0, count: 128)
    var count = signature.count
    guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, handle) == 1,
      EVP_DigestSign(context, &signature, &count, message, message.count) == 1
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
    return Array(signature.prefix(count))
  }
}

extension PublicKey {
  /// Whether the private key of this one has made a signature.
  func hasSigned(_ message: [UInt8], _ signature: [UInt8]) -> Bool {
    defer { ErrorQueue.clear() }
    guard let key = try? handle(of: .certificate) else { return false }
    defer { EVP_PKEY_free(key) }
    guard let context = EVP_MD_CTX_new() else { return false }
    defer { EVP_MD_CTX_free(context) }
    return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
      && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
  }
}
