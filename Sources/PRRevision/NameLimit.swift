// SPDX-License-Identifier: Apache-2.0

/// How long the names of a row may be.
///
/// A name grows up to six times when it is escaped for the wire. Three names of this length and a value make a message
/// of less than 80 KiB, which fits the standard limits of every node and the pages of a feed. Longer names are refused
/// where they come in, so that whatever a node stores it can pass on. Source: docs/protocol.md, "Limits".
package enum NameLimit {
  /// The longest version, pkgarch or checksum, in bytes of UTF-8.
  package static let bytes = 4096

  /// The longest message about one tuple, in bytes: three names of escapes, a value, and the words around them.
  package static let message = 6 * (3 * bytes + Revision.maximumTextLength) + 1024
}

extension TupleKey {
  /// The first field whose name is too long.
  package var overlongField: String? {
    let fields = [("version", package.version), ("pkgarch", package.pkgarch), ("checksum", checksum)]
    return fields.first { $0.1.utf8.count > NameLimit.bytes }?.0
  }
}

extension Row {
  /// A row with a longer name or value is neither copied nor sent to other nodes.
  package var isWithinLimits: Bool { tuple.overlongField == nil && value.utf8.count <= Revision.maximumTextLength }
}
