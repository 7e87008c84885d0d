// SPDX-License-Identifier: Apache-2.0
#if PostgreSQL
  import COpenSSL
  import PRRevision

  /// Names and numbers as the indexes have them. A hash of the names has the same length whatever they are, so that each row fits
  /// an index.
  enum PostgresKeys {
    static func package(_ package: PackageKey) -> [UInt8] { hash([package.version, package.pkgarch]) }

    static func tuple(_ tuple: TupleKey) -> [UInt8] {
      hash([tuple.package.version, tuple.package.pkgarch, tuple.checksum])
    }

    /// SHA-256 of texts, each behind its length in four bytes.
    private static func hash(_ texts: [String]) -> [UInt8] {
      var bytes: [UInt8] = []
      for text in texts {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: text.utf8)
      }
      var digest = [UInt8](repeating: 0, count: 32)
      SHA256(bytes, bytes.count, &digest)
      return digest
    }

    /// Each component as eight bytes, the most significant first: the order of bytes is that of revisions.
    static func number(_ revision: Revision) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(8 * revision.components.count)
      for component in revision.components {
        withUnsafeBytes(of: component.bigEndian) { bytes.append(contentsOf: $0) }
      }
      return bytes
    }

    /// The first number that is not under a revision; nil where there is none, since all bytes are 255.
    static func end(under revision: Revision) -> [UInt8]? {
      var bytes = number(revision)
      while let last = bytes.last {
        guard last == 255 else {
          bytes[bytes.count - 1] = last + 1
          return bytes
        }
        bytes.removeLast()
      }
      return nil
    }
  }
#endif
