// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRRevision

/// SHA-256 of the digest before and the row.
extension FeedDigest {
  /// Takes a row into account: its four names, each behind its length in bytes.
  package mutating func add(_ row: Row) {
    add([row.tuple.package.version, row.tuple.package.pkgarch, row.tuple.checksum, row.value])
  }

  /// Takes texts into account, each behind its length in bytes.
  mutating func add(_ fields: [String]) {
    var scratch = bytes
    scratch.reserveCapacity(256)
    for field in fields {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.utf8.count).bigEndian) { scratch.append(contentsOf: $0) }
      scratch.append(contentsOf: field.utf8)
    }
    replace { SHA256(scratch, scratch.count, $0) }
  }

  /// The same for names that stand in memory as bytes.
  package mutating func add(_ fields: UnsafeRawBufferPointer...) {
    var scratch = bytes
    scratch.reserveCapacity(256)
    for field in fields {
      withUnsafeBytes(of: UInt32(truncatingIfNeeded: field.count).bigEndian) { scratch.append(contentsOf: $0) }
      scratch.append(contentsOf: field)
    }
    replace { SHA256(scratch, scratch.count, $0) }
  }
}
