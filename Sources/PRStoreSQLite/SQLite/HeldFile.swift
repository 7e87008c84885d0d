// SPDX-License-Identifier: Apache-2.0
import PRStore
import Synchronization

/// A database file that this process has open, for as long as this object lives.
///
/// Nothing but SQLite may open such a file: POSIX locks belong to the process, and closing any descriptor of the file
/// drops all of them, SQLite's among them. Another process would then take itself for the last one, and remove the log
/// that this one writes. See https://www.sqlite.org/howtocorrupt.html, section 2.2.
final class HeldFile: Sendable {
  private let identity: FileIdentity?

  private static let holders = Mutex<[FileIdentity: Int]>([:])

  init(_ path: String, on files: any StoreFiles) throws(StoreError) {
    let identity = try DatabaseFile(path, on: files).identity()
    self.identity = identity
    guard let identity else { return }
    Self.holders.withLock { $0[identity, default: 0] += 1 }
  }

  deinit {
    guard let identity else { return }
    Self.holders.withLock { holders in
      let left = (holders[identity] ?? 1) - 1
      holders[identity] = left > 0 ? left : nil
    }
  }

  /// Whether this process has the file open, under whatever name.
  static func isHeld(_ identity: FileIdentity) -> Bool {
    holders.withLock { $0[identity] != nil }
  }
}
