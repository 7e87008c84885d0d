// SPDX-License-Identifier: Apache-2.0
import PRMembership
import PRStore

/// The folder of a node's keys, in memory.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
final class SimulatedKeyFiles: KeyFiles, @unchecked Sendable {
  private var files: [String: [UInt8]] = [:]
  /// The authority's key is kept apart: there is none in the folder.
  var lacksAuthorityKey = false

  init() {}

  /// A folder with the files that another one has now.
  init(copying other: SimulatedKeyFiles) {
    files = other.files
    lacksAuthorityKey = other.lacksAuthorityKey
  }

  func makeFolder(_ path: String) {}

  func exists(_ path: String) -> Bool { contents(path) != nil }

  func contents(_ path: String) -> [UInt8]? {
    lacksAuthorityKey && path == KeyFolder(Self.path).authorityKeyFile ? nil : files[path]
  }

  func write(_ text: String, to path: String, mode: UInt32) { files[path] = Array(text.utf8) }

  func remove(_ path: String) { files[path] = nil }

  /// Each disk has one.
  static let path = "keys"

  var folder: KeyFolder { KeyFolder(Self.path, on: self) }
}
