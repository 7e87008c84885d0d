// SPDX-License-Identifier: Apache-2.0

/// What is read and written as DER or PEM.
package enum EncodedKind: Hashable, Sendable, CaseIterable {
  case privateKey
  case request
  case certificate
  case revocationList

  /// The most bytes of DER that are read. What the authority signs is smaller.
  package var maximumBytes: Int {
    switch self {
    case .privateKey, .request: 8 << 10
    case .certificate: 16 << 10
    case .revocationList: 512 << 10
    }
  }

  /// The most bytes that are looked at: PEM is a third longer than DER, and may have text before it.
  var maximumText: Int { 2 * maximumBytes }

  /// The label of its PEM (RFC 7468).
  var label: String {
    switch self {
    case .privateKey: "PRIVATE KEY"
    case .request: "CERTIFICATE REQUEST"
    case .certificate: "CERTIFICATE"
    case .revocationList: "X509 CRL"
    }
  }

  /// Labels that are read besides; OpenSSL's older commands write them.
  var otherLabels: [String] {
    switch self {
    case .privateKey: ["EC PRIVATE KEY"]
    case .request: ["NEW CERTIFICATE REQUEST"]
    case .certificate, .revocationList: []
    }
  }

  /// What a file must be.
  var form: String { "DER, or PEM with one block 'BEGIN \(label)'" }
}

extension EncodedKind: CustomStringConvertible {
  package var description: String {
    switch self {
    case .privateKey: "private key"
    case .request: "certificate request"
    case .certificate: "certificate"
    case .revocationList: "revocation list"
    }
  }
}
