// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRStore
import Synchronization

/// A file that SQLite has open on a simulated disk. It begins as SQLite's own structure does.
struct DiskFile {
  var base: sqlite3_file
  var opening: Unmanaged<DiskOpening>?
}

/// What stands behind a ``DiskFile``. Like its connection, for one thread at a time.
final class DiskOpening {
  let disk: SimulatedDisk
  let file: OpenFile
  /// It outlives the processes of the disk: SQLite may read it until the connection is closed.
  var memory: SharedMemory?

  init(_ disk: SimulatedDisk, _ file: OpenFile) {
    self.disk = disk
    self.file = file
  }
}

extension DiskFile {
  static func open(
    _ disk: SimulatedDisk, _ path: String, _ file: UnsafeMutablePointer<sqlite3_file>?, _ flags: CInt,
    _ given: UnsafeMutablePointer<CInt>?
  ) -> CInt {
    guard let file else { return SQLITE_MISUSE }
    file.pointee.pMethods = nil
    do throws(FileError) {
      let opened = try disk.openDatabase(path, flags)
      let opening = Unmanaged.passRetained(DiskOpening(disk, opened.file))
      file.withMemoryRebound(to: DiskFile.self, capacity: 1) { file in
        file.initialize(to: DiskFile(base: sqlite3_file(pMethods: DiskFileMethods.table), opening: opening))
      }
      given?.pointee = opened.isReadOnly ? flags & ~SQLITE_OPEN_READWRITE | SQLITE_OPEN_READONLY : flags
      return SQLITE_OK
    } catch {
      return error.code(SQLITE_CANTOPEN)
    }
  }

  static func opening(_ file: UnsafeMutablePointer<sqlite3_file>?) -> DiskOpening? {
    file?.withMemoryRebound(to: DiskFile.self, capacity: 1) { $0.pointee.opening?.takeUnretainedValue() }
  }

  static func close(_ file: UnsafeMutablePointer<sqlite3_file>?) -> CInt {
    file?.withMemoryRebound(to: DiskFile.self, capacity: 1) { file in
      guard let opening = file.pointee.opening?.takeRetainedValue() else { return }
      file.pointee.opening = nil
      if let memory = opening.memory { opening.disk.unmapMemory(memory, of: opening.file) }
      opening.disk.closeDatabase(opening.file)
    }
    return SQLITE_OK
  }
}

/// Calls on an open file.
enum DiskFileMethods {
  private typealias File = UnsafeMutablePointer<sqlite3_file>

  /// It stays as long as the process.
  nonisolated(unsafe) static let table: UnsafePointer<sqlite3_io_methods> = {
    let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
    methods.initialize(to: sqlite3_io_methods())
    methods.pointee.iVersion = 2
    methods.pointee.xClose = { DiskFile.close($0) }
    addContent(&methods.pointee)
    addLocks(&methods.pointee)
    addMemory(&methods.pointee)
    return UnsafePointer(methods)
  }()

  private static func result(_ file: File?, _ failure: CInt, _ body: (DiskOpening) throws(FileError) -> CInt) -> CInt {
    guard let opening = DiskFile.opening(file) else { return SQLITE_MISUSE }
    do throws(FileError) { return try body(opening) } catch { return error.code(failure) }
  }

  private static func addContent(_ methods: inout sqlite3_io_methods) {
    methods.xRead = { file, target, count, offset in
      DiskFileMethods.result(file, DiskErrorCode.read) { opening throws(FileError) in
        let target = UnsafeMutableRawBufferPointer(start: target, count: Int(count))
        let read = try opening.disk.read(into: target, at: Int(offset), from: opening.file)
        guard read < target.count else { return SQLITE_OK }
        memset(target.baseAddress! + read, 0, target.count - read)
        return DiskErrorCode.shortRead
      }
    }
    methods.xWrite = { file, bytes, count, offset in
      DiskFileMethods.result(file, DiskErrorCode.write) { opening throws(FileError) in
        let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
        try opening.disk.write(bytes, at: Int(offset), to: opening.file)
        return SQLITE_OK
      }
    }
    methods.xTruncate = { file, length in
      DiskFileMethods.result(file, DiskErrorCode.truncate) { opening throws(FileError) in
        try opening.disk.truncate(opening.file, to: Int(length))
        return SQLITE_OK
      }
    }
    methods.xSync = { file, _ in
      DiskFileMethods.result(file, DiskErrorCode.sync) { opening throws(FileError) in
        try opening.disk.syncDatabase(opening.file)
        return SQLITE_OK
      }
    }
    methods.xFileSize = { file, size in
      DiskFileMethods.result(file, DiskErrorCode.size) { opening throws(FileError) in
        size?.pointee = Int64(clamping: try opening.disk.size(of: opening.file))
        return SQLITE_OK
      }
    }
    methods.xSectorSize = { file in CInt(DiskFile.opening(file)?.disk.state.withLock { $0.sectorSize } ?? 4096) }
    // As SQLite takes disks of Linux: a write leaves the bytes beside it as they are, whatever happens.
    methods.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
  }

  private static func addLocks(_ methods: inout sqlite3_io_methods) {
    methods.xLock = { file, level in
      DiskFileMethods.result(file, DiskErrorCode.lock) { opening throws(FileError) in
        let lock = DatabaseLock(rawValue: level) ?? .exclusive
        return try opening.disk.lock(opening.file, lock) ? SQLITE_OK : DiskFileMethods.busy(opening)
      }
    }
    methods.xUnlock = { file, level in
      guard let opening = DiskFile.opening(file) else { return SQLITE_MISUSE }
      opening.disk.unlock(opening.file, to: DatabaseLock(rawValue: level) ?? .none)
      return SQLITE_OK
    }
    methods.xCheckReservedLock = { file, result in
      guard let opening = DiskFile.opening(file) else { return SQLITE_MISUSE }
      result?.pointee = opening.disk.isReserved(opening.file) ? 1 : 0
      return SQLITE_OK
    }
    methods.xFileControl = { file, operation, result in
      guard let opening = DiskFile.opening(file), operation == SQLITE_FCNTL_HAS_MOVED else { return SQLITE_NOTFOUND }
      result?.assumingMemoryBound(to: CInt.self).pointee = opening.disk.hasMoved(opening.file) ? 1 : 0
      return SQLITE_OK
    }
  }

  private static func addMemory(_ methods: inout sqlite3_io_methods) {
    methods.xShmMap = { file, region, size, isMade, result in
      DiskFileMethods.result(file, DiskErrorCode.mapMemory) { opening throws(FileError) in
        result?.pointee = nil
        let mapped = try opening.disk.mapMemory(
          of: opening.file, region: Int(region), size: Int(size), isMade: isMade != 0)
        opening.memory = mapped.memory
        result?.pointee = mapped.region
        return SQLITE_OK
      }
    }
    methods.xShmLock = { file, offset, count, flags in
      DiskFileMethods.result(file, DiskErrorCode.lockMemory) { opening throws(FileError) in
        guard let memory = opening.memory else { return SQLITE_MISUSE }
        let locks = Int(offset)..<Int(offset + count)
        if flags & SQLITE_SHM_UNLOCK != 0 {
          opening.disk.unlockMemory(memory, locks, for: opening.file)
          return SQLITE_OK
        }
        let isShared = flags & SQLITE_SHM_SHARED != 0
        return try opening.disk.lockMemory(memory, locks, isShared: isShared, for: opening.file)
          ? SQLITE_OK : DiskFileMethods.busy(opening)
      }
    }
    methods.xShmBarrier = { _ in atomicMemoryFence() }
    methods.xShmUnmap = { file, _ in
      guard let opening = DiskFile.opening(file), let memory = opening.memory else { return SQLITE_OK }
      opening.disk.unmapMemory(memory, of: opening.file)
      opening.memory = nil
      return SQLITE_OK
    }
  }

  private static func busy(_ opening: DiskOpening) -> CInt {
    DiskVFS.waits(for: opening.disk)
    return SQLITE_BUSY
  }
}

private func atomicMemoryFence() { Synchronization.atomicMemoryFence(ordering: .sequentiallyConsistent) }
