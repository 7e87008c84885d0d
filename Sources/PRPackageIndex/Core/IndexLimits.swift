// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What an index may have at most. The figures are far above any real index; they bound memory and time for one that is not.
package enum IndexLimits {
  /// A name, a version, an architecture or a path, in bytes.
  package static let value = NameLimit.bytes
  /// A line of a text, in bytes. The dependencies of a package of all kernel modules take a third of it.
  package static let line = 1 << 20
  /// A paragraph or a package element, in bytes.
  package static let entry = 16 << 20
  /// A tag with its attributes, in bytes.
  package static let tag = 64 << 10
  /// Elements within each other. Indexes of rpm packages have 5.
  package static let depth = 16
  /// One index after decompression, in bytes. A million packages with 50 dependencies each take 4 GiB.
  package static let index: UInt64 = 16 << 30
  /// Packages of all indexes that a command reads. An audit remembers 110 bytes of each.
  package static let packages = 1 << 24
  /// A compressed index that comes through a pipe, in bytes: it is kept in a file meanwhile.
  package static let spool: UInt64 = 2 << 30
  /// Files and folders that a search goes through.
  package static let files = 2_000_000
  /// The standard error of a program, in bytes.
  package static let errorOutput = 64 << 10
}
