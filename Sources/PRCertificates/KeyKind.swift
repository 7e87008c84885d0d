// SPDX-License-Identifier: Apache-2.0

/// What a public key is, by its algorithm. Only ``p256`` is used.
package enum KeyKind: Hashable, Sendable {
  case p256
  case rsa
  /// ECDSA on another curve, on one without a name, or with a compressed point.
  case otherCurve
  /// Ed25519 or Ed448.
  case edwards
  case other

  /// - Parameter information: a SubjectPublicKeyInfo as DER, and what may follow it.
  init(_ information: ArraySlice<UInt8>) {
    guard !information.starts(with: PublicKey.prefix) else {
      self = .p256
      return
    }
    var outer = DERReader(information)
    var inner = DERReader(outer.read(DERReader.sequence) ?? [])
    var algorithm = DERReader(inner.read(DERReader.sequence) ?? [])
    switch algorithm.read(DERReader.objectIdentifier).map(Array.init) ?? [] {
    // PKCS #1; its signatures of both kinds.
    case [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1], [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10]: self = .rsa
    case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]: self = .otherCurve
    case [0x2B, 0x65, 0x70], [0x2B, 0x65, 0x71]: self = .edwards
    default: self = .other
    }
  }
}

extension KeyKind: CustomStringConvertible {
  package var description: String {
    switch self {
    case .p256: "a P-256 key"
    case .rsa: "an RSA key"
    case .otherCurve: "an ECDSA key on another curve or in another form"
    case .edwards: "an Ed25519 or Ed448 key"
    case .other: "a key of another kind"
    }
  }
}
