// SPDX-License-Identifier: Apache-2.0

/// A PEM file of several blocks, such as a key with its certificates.
package struct PEMBundle {
  private let blocks: [PEMText.Block]

  /// - Parameter bytes: of a file that this user owns. More than 8 blocks are not read.
  package init(_ bytes: [UInt8]) { blocks = PEMText(reading: bytes).blocks }

  /// The blocks of a kind as DER, in their order.
  package func all(_ kind: EncodedKind) -> [[UInt8]] {
    blocks.filter { !$0.hasHeader && ($0.label == kind.label || kind.otherLabels.contains($0.label)) }.map(\.der)
  }

  package func first(_ kind: EncodedKind) throws(CertificateError) -> [UInt8] {
    guard let der = all(kind).first else { throw .malformed(kind, reason: "the file has no block of PEM of it") }
    return der
  }
}
