// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension EventLoopReader {
  /// The spelling that a tuple is answered with at once.
  func current(_ tuple: TupleKey) throws -> String? {
    var (version, pkgarch, checksum) = (tuple.package.version, tuple.package.pkgarch, tuple.checksum)
    return try version.withUTF8 { version in
      try pkgarch.withUTF8 { pkgarch in
        try checksum.withUTF8 { checksum in
          try withCurrentValue(
            version: UnsafeRawBufferPointer(version), pkgarch: UnsafeRawBufferPointer(pkgarch),
            checksum: UnsafeRawBufferPointer(checksum)
          ) { String(decoding: $0, as: UTF8.self) }
        }
      }
    }
  }
}
