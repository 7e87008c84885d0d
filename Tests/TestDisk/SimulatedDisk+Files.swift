// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import TestSeed

extension SimulatedDisk {
  typealias Step<Value> = (inout State) throws(FileError) -> Value

  /// One call.
  ///
  /// - Parameters:
  ///   - failed: what the call does although it fails.
  ///   - body: what it does.
  func call<Value: Sendable>(
    _ kind: Call.Kind, _ path: (borrowing State) -> String, failed: (inout State) -> Void = { _ in },
    _ body: Step<Value>
  ) throws(FileError) -> Value {
    try state.withLock { state throws(FileError) in
      guard state.hasPower else { throw .failing }
      state.calls.append(Call(kind: kind, path: path(state)))
      switch state.faults[state.calls.count] {
      case nil: break
      case .error(let error):
        failed(&state)
        throw error
      case .powerLoss:
        // The call may have had its effect, which the disk then keeps or loses. A sync is not over.
        let open = state.open
        if kind != .sync { _ = try? body(&state) }
        if kind != .close { state.open = open }  // the caller gets no file that it could close
        state.hasPower = false
        throw .failing
      }
      if let error = state.error(for: kind) {
        failed(&state)
        throw error
      }
      return try body(&state)
    }
  }

  func call<Value: Sendable>(
    _ kind: Call.Kind, _ path: String, _ body: Step<Value>
  ) throws(FileError) -> Value {
    try call(kind, { _ in path }, body)
  }

  func call<Value: Sendable>(
    _ kind: Call.Kind, on file: OpenFile, failed: (inout State) -> Void = { _ in }, _ body: Step<Value>
  ) throws(FileError) -> Value {
    try call(kind, { $0.open[file.number]?.path ?? "" }, failed: failed, body)
  }

  package func absolutePath(_ path: String) -> String { path }

  package func facts(of path: String) throws(FileError) -> FileFacts {
    try call(.facts, path) { state throws(FileError) in
      if state.content.isFolder(path) {
        return FileFacts(identity: FileIdentity(disk: device, number: 0), size: 0, isFolder: true)
      }
      guard let number = state.content.number(of: path), let file = state.content.file(number) else {
        throw FileError(ENOENT)
      }
      return FileFacts(identity: FileIdentity(disk: device, number: number), size: file.bytes.count, isFolder: false)
    }
  }

  package func checkAccess(to path: String, for use: FileUse) throws(FileError) {
    try call(.access, path) { state throws(FileError) in
      if state.content.isFolder(path) { return }
      _ = try Self.file(path, for: use, state)
    }
  }

  static func file(_ path: String, for use: FileUse, _ state: borrowing State) throws(FileError) -> UInt64 {
    guard let number = state.content.number(of: path), let file = state.content.file(number) else {
      throw FileError(ENOENT)
    }
    let needed: UInt32 = (use.contains(.reading) ? 0o400 : 0) | (use.contains(.writing) ? 0o200 : 0)
    guard file.mode & needed == needed else { throw FileError(EACCES) }
    return number
  }

  package func open(_ path: String) throws(FileError) -> OpenFile {
    try call(.open, path) { state throws(FileError) in
      let file = state.content.isFolder(path) ? nil : try Self.file(path, for: .reading, state)
      return Self.add(Opened(path: path, file: file, use: .reading), to: &state)
    }
  }

  package func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    try call(.create, path) { state throws(FileError) in
      let file = try state.content.create(path, mode: mode)
      return Self.add(Opened(path: path, file: file, use: .writing), to: &state)
    }
  }

  static func add(_ opened: Opened, to state: inout State) -> OpenFile {
    state.opened += 1
    state.open[state.opened] = opened
    return OpenFile(number: state.opened)
  }

  package func read(_ count: Int, from file: OpenFile) throws(FileError) -> [UInt8] {
    try call(.read, on: file) { state throws(FileError) in
      guard let opened = state.open[file.number], opened.use == .reading else { throw FileError(EBADF) }
      guard let number = opened.file else { throw FileError(EISDIR) }
      let bytes = state.content.file(number)?.bytes.dropFirst(opened.position).prefix(count) ?? []
      state.open[file.number]?.position += bytes.count
      return Array(bytes)
    }
  }

  package func write(_ bytes: ArraySlice<UInt8>, to file: OpenFile) throws(FileError) -> Int {
    try call(.write, on: file) { state throws(FileError) in
      guard let opened = state.open[file.number], opened.use == .writing, let number = opened.file else {
        throw FileError(EBADF)
      }
      // A system may take fewer bytes than it is given.
      let isShort = bytes.count > 1 && state.numbers.next() % 4 == 0
      let count = isShort ? 1 + Int(clamping: state.numbers.next() % UInt64(clamping: bytes.count)) : bytes.count
      state.content.change(number, .bytes(Array(bytes.prefix(count)), at: opened.position))
      state.open[file.number]?.position += count
      return count
    }
  }

  package func setMode(_ mode: UInt32, of file: OpenFile) throws(FileError) {
    try call(.setMode, on: file) { state throws(FileError) in
      guard let number = state.open[file.number]?.file else { throw FileError(EBADF) }
      state.content.change(number, .mode(mode))
    }
  }

  package func sync(_ file: OpenFile) throws(FileError) {
    try call(.sync, on: file) { state in
      state.forget(file)
    } _: { state throws(FileError) in
      guard let opened = state.open[file.number] else { throw FileError(EBADF) }
      guard let number = opened.file else { return state.syncFolder(opened.path) }
      if !state.lies.contains(.sync(DiskRole(opened.path))) { state.content.sync(number) }
      guard opened.failsNextSync else { return }
      state.open[file.number]?.failsNextSync = false
      throw .failing
    }
  }

  package func close(_ file: OpenFile) throws(FileError) {
    if !hasPower { closeDatabase(file) }
    try call(.close, on: file) { state in
      state.open[file.number] = nil
    } _: { state throws(FileError) in
      guard state.open.removeValue(forKey: file.number) != nil else { throw FileError(EBADF) }
    }
  }

  package func rename(_ path: String, to name: String) throws(FileError) {
    try call(.rename, path) { state throws(FileError) in try state.content.rename(path, to: name) }
  }

  package func remove(_ path: String) throws(FileError) {
    try call(.remove, path) { state throws(FileError) in try state.content.remove(path) }
  }

  package func freeSpace(of folder: String) throws(FileError) -> Int {
    try call(.freeSpace, folder) { state throws(FileError) in state.freeSpace }
  }
}

extension SimulatedDisk.State {
  /// What the weather makes of a call.
  fileprivate mutating func error(for kind: SimulatedDisk.Call.Kind) -> FileError? {
    switch (weather, kind) {
    case (.fair, _), (_, .close): nil
    case (.full, .create), (.full, .write): FileError(ENOSPC)
    case (.readOnly, .create), (.readOnly, .write), (.readOnly, .setMode), (.readOnly, .rename), (.readOnly, .remove),
      (.readOnly, .truncate):
      FileError(EROFS)
    case (.full, _), (.readOnly, _): nil
    case (.failing(let count), _): numbers.next() % count == 0 ? .failing : nil
    }
  }

  /// A sync has failed: what was to be synced is not written again, and each opening of the file has the error once.
  mutating func forget(_ file: OpenFile) {
    guard let opened = open[file.number] else { return }
    guard let number = opened.file else { return content.forgetFolder(opened.path, &numbers) }
    content.forget(number, &numbers)
    for (other, opening) in open where opening.file == number && other != file.number {
      open[other]?.failsNextSync = true
    }
  }

  mutating func syncFolder(_ path: String) {
    if !lies.contains(.syncFolder) { content.syncFolder(path) }
  }
}
