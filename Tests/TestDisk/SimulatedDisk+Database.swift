// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDBSQLite
import PRStore

/// What SQLite calls, as its own file system for Unix does it: os_unix.c.
extension SimulatedDisk {
  struct OpenedDatabase: Sendable {
    let file: OpenFile
    let isReadOnly: Bool
  }

  func openDatabase(_ path: String, _ flags: CInt) throws(FileError) -> OpenedDatabase {
    let isWritten = flags & SQLITE_OPEN_READWRITE != 0
    let exists = state.withLock { $0.content.number(of: path) != nil }
    guard exists || flags & SQLITE_OPEN_CREATE != 0 else { throw FileError(ENOENT) }
    guard exists else { return try createDatabase(path, flags) }
    return try call(.open, path) { state throws(FileError) in
      if flags & SQLITE_OPEN_EXCLUSIVE != 0, flags & SQLITE_OPEN_CREATE != 0 { throw FileError(EEXIST) }
      let isRefused = state.weather == .readOnly
      let number = try Self.file(path, for: .reading, state)
      let mayWrite = isWritten && !isRefused && (try? Self.file(path, for: .writing, state)) != nil
      let opened = Opened(path: path, file: number, use: mayWrite ? [.reading, .writing] : .reading)
      return OpenedDatabase(file: Self.add(opened, to: &state), isReadOnly: !mayWrite)
    }
  }

  private func createDatabase(_ path: String, _ flags: CInt) throws(FileError) -> OpenedDatabase {
    try call(.create, path) { state throws(FileError) in
      let number = try state.content.create(path, mode: 0o644)
      var opened = Opened(path: path, file: number, use: [.reading, .writing])
      // The name of a database itself comes to the disk with that of its journal or its log.
      opened.syncsFolder =
        flags & (SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL) != 0
      return OpenedDatabase(file: Self.add(opened, to: &state), isReadOnly: false)
    }
  }

  /// Closing never fails. Without power there is nothing to close.
  func closeDatabase(_ file: OpenFile) { state.withLock { _ = $0.open.removeValue(forKey: file.number) } }

  /// - Returns: how many bytes there were.
  func read(into target: UnsafeMutableRawBufferPointer, at offset: Int, from file: OpenFile) throws(FileError) -> Int {
    // SQLite's buffer is used during the call alone.
    nonisolated(unsafe) let target = target
    return try call(.read, on: file) { state throws(FileError) in
      guard let number = state.open[file.number]?.file else { throw FileError(EBADF) }
      guard let bytes = state.content.file(number)?.bytes else { throw FileError(EBADF) }
      let count = max(0, min(target.count, bytes.count - offset))
      guard count > 0 else { return 0 }
      bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
      return count
    }
  }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, to file: OpenFile) throws(FileError) {
    let bytes = Array(bytes)
    do throws(FileError) {
      try call(.write, on: file) { state throws(FileError) in
        guard let opened = state.open[file.number], opened.use.contains(.writing), let number = opened.file else {
          throw FileError(EBADF)
        }
        let isCut = state.lies.contains(.shortWrite(DiskRole(opened.path)))
        let written = isCut ? Array(bytes.prefix(state.sectorSize / 8)) : bytes
        state.content.change(number, .bytes(written, at: offset))
      }
    } catch {
      guard hides(.failedWrite) else { throw error }
    }
  }

  func truncate(_ file: OpenFile, to length: Int) throws(FileError) {
    try call(.truncate, on: file) { state throws(FileError) in
      guard let opened = state.open[file.number], opened.use.contains(.writing), let number = opened.file else {
        throw FileError(EBADF)
      }
      state.content.change(number, .truncate(length))
    }
  }

  func syncDatabase(_ file: OpenFile) throws(FileError) {
    do throws(FileError) {
      try sync(file)
    } catch {
      guard hides(.failedSync) else { throw error }
    }
    let folder = state.withLock { state -> String? in
      guard let opened = state.open[file.number], opened.syncsFolder else { return nil }
      state.open[file.number]?.syncsFolder = false
      return DiskContent.folder(of: opened.path)
    }
    // SQLite does not look whether that fails.
    if let folder { try? syncFolder(folder) }
  }

  private func syncFolder(_ folder: String) throws(FileError) {
    try call(
      .sync, { _ in folder }, failed: { $0.content.forgetFolder(folder, &$0.numbers) }, { $0.syncFolder(folder) })
  }

  private func hides(_ lie: DiskLie) -> Bool { state.withLock { $0.hasPower && $0.lies.contains(lie) } }

  func size(of file: OpenFile) throws(FileError) -> Int {
    try call(.facts, on: file) { state throws(FileError) in
      guard let number = state.open[file.number]?.file else { throw FileError(EBADF) }
      return state.content.file(number)?.bytes.count ?? 0
    }
  }

  func removeDatabase(_ path: String, syncsFolder: Bool) throws(FileError) {
    try remove(path)
    if syncsFolder { try syncFolder(DiskContent.folder(of: path)) }
  }

  /// Whether the path still leads to the file.
  func hasMoved(_ file: OpenFile) -> Bool {
    state.withLock { state in
      guard let opened = state.open[file.number] else { return true }
      return state.content.number(of: opened.path) != opened.file
    }
  }
}

/// Locks
extension SimulatedDisk {
  /// - Returns: false when another opening is in the way.
  func lock(_ file: OpenFile, _ wanted: DatabaseLock) throws(FileError) -> Bool {
    try call(.lock, on: file) { state throws(FileError) in
      guard let opened = state.open[file.number] else { throw FileError(EBADF) }
      let (lock, isGranted) = opened.lock.raised(to: wanted, beside: state.locks(beside: file))
      state.open[file.number]?.lock = lock
      return isGranted
    }
  }

  /// Never fails.
  func unlock(_ file: OpenFile, to wanted: DatabaseLock) {
    state.withLock { state in
      guard let lock = state.open[file.number]?.lock, lock > wanted else { return }
      state.open[file.number]?.lock = wanted
    }
  }

  func isReserved(_ file: OpenFile) -> Bool {
    state.withLock { state in
      state.open[file.number]?.lock ?? .none >= .reserved || state.locks(beside: file).contains { $0 >= .reserved }
    }
  }

  func mapMemory(
    of file: OpenFile, region: Int, size: Int, isMade: Bool
  ) throws(FileError) -> (memory: SharedMemory, region: UnsafeMutableRawPointer?) {
    // The memory is SQLite's from here on.
    nonisolated(unsafe) var pointer: UnsafeMutableRawPointer?
    let memory = try call(.mapMemory, on: file) { state throws(FileError) in
      guard let number = state.open[file.number]?.file else { throw FileError(EBADF) }
      let memory = state.memories[number] ?? SharedMemory()
      state.memories[number] = memory
      pointer = memory.region(region, size: size, isMade: isMade, for: file.number)
      return memory
    }
    return (memory, pointer)
  }

  /// - Returns: false when another opening is in the way.
  func lockMemory(
    _ memory: SharedMemory, _ locks: Range<Int>, isShared: Bool, for file: OpenFile
  ) throws(FileError) -> Bool {
    try call(.lockMemory, on: file) { _ throws(FileError) in
      memory.lock(locks, isShared: isShared, for: file.number)
    }
  }

  func unlockMemory(_ memory: SharedMemory, _ locks: Range<Int>, for file: OpenFile) {
    state.withLock { _ in memory.unlock(locks, for: file.number) }
  }

  func unmapMemory(_ memory: SharedMemory, of file: OpenFile) {
    state.withLock { state in
      memory.leave(file.number)
      guard memory.users.isEmpty, let number = state.open[file.number]?.file, state.memories[number] === memory else {
        return
      }
      state.memories[number] = nil
    }
  }
}

extension SimulatedDisk.State {
  fileprivate func locks(beside file: OpenFile) -> [DatabaseLock] {
    guard let number = open[file.number]?.file else { return [] }
    return open.filter { $0.value.file == number && $0.key != file.number }.map(\.value.lock)
  }
}
