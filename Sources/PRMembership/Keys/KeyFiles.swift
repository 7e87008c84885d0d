// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import Synchronization

/// The file system below the folders of keys. The simulation has its own.
package protocol KeyFiles: Sendable {
  /// Makes a folder for its owner alone.
  func makeFolder(_ path: String) throws(KeyFolderError)
  func exists(_ path: String) -> Bool
  /// - Returns: nil for a file that cannot be read.
  func contents(_ path: String) -> [UInt8]?
  /// Writes a file, which takes the place of another in one step.
  func write(_ text: String, to path: String, mode: UInt32) throws(FileError)
  func remove(_ path: String)
}

/// The machine's.
struct SystemKeyFiles: KeyFiles {
  func makeFolder(_ path: String) throws(KeyFolderError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    } catch {
      throw .cannotWrite(path, reason: error.localizedDescription)
    }
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  func contents(_ path: String) -> [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }

  func write(_ text: String, to path: String, mode: UInt32) throws(FileError) {
    try AtomicFile(path, in: .system).write(Array(text.utf8), mode: mode)
  }

  func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

/// What files said when they were read last. One with the same bytes is not parsed, and its signatures are not checked, again.
final class KeyMemo: Sendable {
  private let entries = Mutex<[String: (bytes: [UInt8], value: any Sendable)]>([:])

  /// - Parameter kind: what is read of the bytes.
  func value<Value: Sendable>(
    _ kind: String, of bytes: [UInt8], _ read: () throws(KeyFolderError) -> Value
  ) throws(KeyFolderError) -> Value {
    let known = entries.withLock { $0[kind] }
    if let known, known.bytes == bytes, let value = known.value as? Value { return value }
    let value = try read()
    entries.withLock { $0[kind] = (bytes, value) }
    return value
  }
}
