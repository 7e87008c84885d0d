// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import PRWire

/// A file that exists while the server answers, with a line for each address.
struct ReadyFile {
  private let path: String

  init(_ path: String) { self.path = path }

  /// Finds out early whether the file can be written.
  func check() throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard access(folder, W_OK) == 0 else {
      throw UserFacingError("cannot write the ready file \(path): its folder must exist and be writable")
    }
  }

  /// Writes the file whole: who sees it, sees all of it.
  func write(_ endpoints: [Endpoint]) throws {
    let text = endpoints.map { "listening on \($0)\n" }.joined()
    do {
      try AtomicFile(path, in: .system).write(text.utf8, isSynced: false)
    } catch {
      throw UserFacingError("cannot write the ready file \(path): its folder must exist and be writable")
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
