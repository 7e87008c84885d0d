// SPDX-License-Identifier: Apache-2.0

/// What is read.
package enum IndexSource: Hashable, Sendable {
  /// A `Packages` file, a `repomd.xml`, or a `primary.xml`; compressed or not.
  case file(path: String)
  /// A `Packages` file or a `primary.xml`; compressed or not.
  case standardInput
}

/// How far a file is read.
package struct IndexProgress: Hashable, Sendable {
  package var file: String
  /// In bytes, before decompression.
  package var position: UInt64
  /// In bytes; nil for a pipe.
  package var length: UInt64?
}
