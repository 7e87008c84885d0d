// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import Synchronization

/// The locks of SQLite on a database; see https://www.sqlite.org/lockingv3.html.
enum DatabaseLock: CInt, Comparable {
  case none, shared, reserved, pending, exclusive

  static func < (left: DatabaseLock, right: DatabaseLock) -> Bool { left.rawValue < right.rawValue }

  /// The lock that an opening gets.
  ///
  /// - Parameters:
  ///   - others: what the other openings of the file have.
  /// - Returns: what it has then, and whether that is what it asked for.
  func raised(to wanted: DatabaseLock, beside others: [DatabaseLock]) -> (lock: DatabaseLock, isGranted: Bool) {
    guard self < wanted else { return (self, true) }
    let highest = others.max() ?? .none
    switch wanted {
    case .none: return (self, true)
    case .shared: return highest >= .pending ? (self, false) : (.shared, true)
    case .reserved, .pending: return highest >= .reserved ? (self, false) : (wanted, true)
    case .exclusive:
      if highest >= .reserved { return (self, false) }
      // Readers that are there may finish, and no other may begin.
      return highest == .none ? (.exclusive, true) : (.pending, false)
    }
  }
}

/// The memory that the connections to a database share, with its locks; see https://www.sqlite.org/walformat.html.
///
/// `@unchecked Sendable`: its locks are touched under the lock of the disk. The memory is SQLite's, which orders its use by
/// these locks.
final class SharedMemory: @unchecked Sendable {
  private var regions: [UnsafeMutableRawPointer] = []
  /// By lock: the openings that have it together, and the one that has it alone.
  private var shared = [Set<CInt>](repeating: [], count: Int(SQLITE_SHM_NLOCK))
  private var exclusive = [CInt?](repeating: nil, count: Int(SQLITE_SHM_NLOCK))
  private(set) var users: Set<CInt> = []

  deinit { for region in regions { free(region) } }

  /// - Returns: nil where the region is not there and is not to be made.
  func region(_ number: Int, size: Int, isMade: Bool, for user: CInt) -> UnsafeMutableRawPointer? {
    users.insert(user)
    while regions.count <= number {
      guard isMade, let region = calloc(1, size) else { return nil }
      regions.append(region)
    }
    return regions[number]
  }

  /// - Returns: false when another opening is in the way.
  func lock(_ locks: Range<Int>, isShared: Bool, for user: CInt) -> Bool {
    for lock in locks {
      if let owner = exclusive[lock], owner != user { return false }
      if !isShared, !shared[lock].subtracting([user]).isEmpty { return false }
    }
    for lock in locks {
      if isShared { shared[lock].insert(user) } else { exclusive[lock] = user }
    }
    return true
  }

  func unlock(_ locks: Range<Int>, for user: CInt) {
    for lock in locks {
      shared[lock].remove(user)
      if exclusive[lock] == user { exclusive[lock] = nil }
    }
  }

  func leave(_ user: CInt) {
    unlock(0..<shared.count, for: user)
    users.remove(user)
  }
}
