// SPDX-License-Identifier: Apache-2.0

/// Why something of the federation's authority cannot be made or used, and what to do. Nothing that a peer sent is part
/// of it.
package enum CertificateError: Error, Hashable, Sendable {
  // MARK: What was read

  /// The reason is one of OpenSSL's or of this target's fixed texts.
  case malformed(EncodedKind, reason: String)
  case tooLarge(EncodedKind)
  case encryptedKey
  /// Only ECDSA keys on the curve P-256 are used.
  case unsupportedKey(KeyKind, of: EncodedKind)
  case badSignature(EncodedKind)

  // MARK: The authority

  /// The certificate may not sign others.
  case notAnAuthority
  case keyMismatch
  case authorityExpired
  case authorityNotYetValid

  // MARK: What is to be signed

  case badHostName
  case badRight
  case tooManyNames
  case badLifetime
  case tooManyRevocations

  /// OpenSSL refused what it never should.
  case openSSL(reason: String)
}

extension CertificateError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .malformed(let kind, let reason):
      "the \(kind) cannot be used (\(reason)); it must be \(kind.form)"
    case .tooLarge(let kind):
      "the \(kind) is too large: at most \(kind.maximumBytes) bytes of DER are read; check that it is the right file"
    case .encryptedKey:
      "the private key is encrypted, and encrypted keys are not supported; decrypt it with 'openssl pkey -in … -out …', "
        + "and let only this user read it"
    case .unsupportedKey(let found, let kind):
      "the \(kind) has \(found); only ECDSA keys on the curve P-256 with named parameters and an uncompressed point are "
        + "supported; make such a key"
    case .badSignature(let kind):
      "the signature of the \(kind) is wrong; it was damaged or changed on its way, or another key made it; fetch it again"
    case .notAnAuthority:
      "the certificate is not one of an authority: it may not sign certificates and revocation lists; "
        + "name the authority's own certificate"
    case .keyMismatch:
      "the private key does not belong to the authority's certificate; was only one of them replaced?"
    case .authorityExpired:
      "the authority's certificate has expired, and it can sign no more; replace it with 'headwater federation rekey'"
    case .authorityNotYetValid:
      "the authority's certificate is not valid yet; check the clocks of this machine and of the one that made it"
    case .badHostName:
      "a name in the certificate must be a DNS name without a wildcard, or an IPv4 or IPv6 address without a port"
    case .badRight:
      "a certificate has at most \(CertificateRights.maximumCount) rights, each of 1 to "
        + "\(CertificateRights.maximumLength) small letters, digits and '-'"
    case .tooManyNames:
      "a certificate has at most \(MemberProfile.maximumNames) DNS names and addresses; leave out some"
    case .badLifetime: "a lifetime must be at least a second, and end before the year 10000"
    case .tooManyRevocations:
      "a revocation list names at most \(RevocationList.maximumEntries) certificates; leave out those that have expired"
    case .openSSL(let reason): "OpenSSL failed: \(reason)"
    }
  }
}
