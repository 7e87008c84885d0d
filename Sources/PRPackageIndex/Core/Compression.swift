// SPDX-License-Identifier: Apache-2.0

/// How a file is compressed, as its first bytes say.
package enum Compression: String, Hashable, Sendable, CaseIterable {
  case gzip, xz, zstd

  /// How many bytes say it.
  static let magicLength = 6

  init?(magic: [UInt8]) {
    if magic.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if magic.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) {
      self = .xz
    } else if magic.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
      self = .zstd
    } else {
      return nil
    }
  }

  /// What makes the program write to standard output what it decompresses from standard input, in bounded memory.
  var arguments: [String] {
    switch self {
    case .gzip: ["-dc"]
    case .xz: ["-dc", "--memlimit-decompress=256MiB"]
    case .zstd: ["-dcq", "--memory=128MiB"]
    }
  }

  /// The distribution's package that has the program.
  var package: String {
    switch self {
    case .gzip: "gzip"
    case .xz: "xz-utils"
    case .zstd: "zstd"
    }
  }
}
