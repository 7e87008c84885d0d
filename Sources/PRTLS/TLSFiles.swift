// SPDX-License-Identifier: Apache-2.0

/// Paths of PEM files.
package struct TLSFiles: Hashable, Sendable {
  /// What this side shows: its own certificate, then those between it and the authority.
  package var certificate: String?
  /// The certificate's private key, without a passphrase. Nil: it is in the certificate's file.
  package var key: String?
  /// The authorities whose certificates this side believes. Revocation lists in the file are heeded, and there must then
  /// be one of each authority that issues peers' certificates.
  package var trust: String?

  package init(certificate: String? = nil, key: String? = nil, trust: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.trust = trust
  }
}
