// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation

extension AuthorityCertificate {
  /// Finds the authority that a token names, among the certificates that a server sent.
  ///
  /// That it is there proves nothing of the server: any server may send it. A connection that trusts this authority alone
  /// proves that the server is of its federation, and that the certificate is valid now.
  ///
  /// - Parameters:
  ///   - key: SHA-256 of the authority's public key, as SubjectPublicKeyInfo in DER.
  ///   - chain: DER, as ``TLSHandshakeDone/chain``.
  package init(withKey key: SecureDigest, in chain: [[UInt8]]) throws(PinnedAuthorityError) {
    var hasAnother = false
    for der in chain {
      guard let authority = try? AuthorityCertificate(reading: der) else { continue }
      if SecureDigest(bytes: authority.publicKey.sha256) == key {
        self = authority
        return
      }
      hasAnother = true
    }
    throw hasAnother ? .otherAuthority : .noAuthority
  }
}

/// Why a server's certificates do not hold the authority that a token names.
package enum PinnedAuthorityError: Error, Hashable, Sendable {
  /// No certificate in the chain is one of a federation's authority.
  case noAuthority
  /// An authority is in the chain, with another key.
  case otherAuthority
}

extension PinnedAuthorityError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noAuthority:
      "the server does not send the certificate of a federation's authority; check the address and the port, "
        + "and that the server's certificate file has the authority's certificate at its end"
    case .otherAuthority:
      "the server at this address is not of the federation that the token is for; "
        + "check the address, or ask for a new token"
    }
  }
}
