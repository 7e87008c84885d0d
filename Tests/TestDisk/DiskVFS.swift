// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRStore
import Synchronization

/// The file system by which SQLite reaches simulated disks: its default, from the first disk on. Paths of another folder go to the
/// one that was the default before. See https://www.sqlite.org/vfs.html.
enum DiskVFS {
  private static let root = "/simulated-disk"

  private struct Reference: Sendable {
    weak var disk: SimulatedDisk?
  }

  private static let disks = Mutex<[UInt64: Reference]>([:])
  /// The disk on which a thread has found a database locked, for which SQLite would sleep now.
  private static let waiting = Mutex<[UInt: Reference]>([:])

  static func folder(ofDisk number: UInt64) -> String { "\(root)/\(number)" }

  static func add(_ disk: SimulatedDisk, _ number: UInt64) {
    _ = isRegistered
    disks.withLock { $0[number] = Reference(disk: disk) }
  }

  static func remove(_ number: UInt64) { disks.withLock { $0[number] = nil } }

  /// The disk that a path leads to; nil for one of the machine.
  static func disk(of path: UnsafePointer<CChar>?) -> SimulatedDisk? {
    guard let path, strncmp(path, root, root.utf8.count) == 0 else { return nil }
    let parts = String(cString: path).split(separator: "/")
    guard parts.count > 1, let number = UInt64(parts[1]) else { return nil }
    return disks.withLock { $0[number]?.disk }
  }

  static func waits(for disk: SimulatedDisk) {
    waiting.withLock { $0[UInt(pthread_self())] = Reference(disk: disk) }
  }

  private static func takeWaiting() -> SimulatedDisk? {
    waiting.withLock { $0.removeValue(forKey: UInt(pthread_self()))?.disk }
  }

  /// SQLite's own. It stays as long as the process.
  nonisolated(unsafe) private static let original: UnsafeMutablePointer<sqlite3_vfs> = {
    guard let vfs = sqlite3_vfs_find(nil) else { fatalError("SQLite has no file system") }
    return vfs
  }()

  private static let isRegistered: Bool = {
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: original.pointee)
    vfs.pointee.pNext = nil
    vfs.pointee.zName = UnsafePointer(strdup("simulated disks"))
    vfs.pointee.szOsFile = max(original.pointee.szOsFile, CInt(MemoryLayout<DiskFile>.size))
    vfs.pointee.xOpen = { _, path, file, flags, given in
      guard let disk = DiskVFS.disk(of: path), let path else {
        return DiskVFS.original.pointee.xOpen(DiskVFS.original, path, file, flags, given)
      }
      return DiskFile.open(disk, String(cString: path), file, flags, given)
    }
    vfs.pointee.xDelete = { _, path, syncsFolder in
      guard let disk = DiskVFS.disk(of: path), let path else {
        return DiskVFS.original.pointee.xDelete(DiskVFS.original, path, syncsFolder)
      }
      do throws(FileError) {
        try disk.removeDatabase(String(cString: path), syncsFolder: syncsFolder != 0)
        return SQLITE_OK
      } catch {
        return error.isMissing ? DiskErrorCode.removeMissing : error.code(DiskErrorCode.remove)
      }
    }
    vfs.pointee.xAccess = { _, path, use, result in
      guard let disk = DiskVFS.disk(of: path), let path else {
        return DiskVFS.original.pointee.xAccess(DiskVFS.original, path, use, result)
      }
      do throws(FileError) {
        let facts = try disk.facts(of: String(cString: path))
        result?.pointee = use != SQLITE_ACCESS_EXISTS || facts.isFolder || facts.size > 0 ? 1 : 0
        return SQLITE_OK
      } catch {
        result?.pointee = 0
        return error.isMissing ? SQLITE_OK : error.code(DiskErrorCode.access)
      }
    }
    vfs.pointee.xFullPathname = { _, path, size, target in
      guard DiskVFS.disk(of: path) != nil, let path, let target else {
        return DiskVFS.original.pointee.xFullPathname(DiskVFS.original, path, size, target)
      }
      guard strlen(path) < Int(size) else { return SQLITE_CANTOPEN }
      strcpy(target, path)
      return SQLITE_OK
    }
    vfs.pointee.xSleep = { _, microseconds in
      guard let disk = DiskVFS.takeWaiting(), let pass = disk.state.withLock({ $0.passTime }) else {
        return DiskVFS.original.pointee.xSleep(DiskVFS.original, microseconds)
      }
      pass(.microseconds(Int(microseconds)))
      return microseconds
    }
    return sqlite3_vfs_register(vfs, 1) == SQLITE_OK
  }()
}
