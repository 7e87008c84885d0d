// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import PRStoreSQLite
import Synchronization
import TestSeed

/// A disk in memory that can lose power, and whose calls can fail. What a power loss takes of all that was not synced follows
/// from a seed, and so does how many bytes a write takes.
package final class SimulatedDisk: StoreFiles {
  private let state: Mutex<State>

  /// A call of ``StoreFiles``, in the order of the calls.
  package struct Call: Hashable, Sendable {
    package enum Kind: Sendable {
      case facts, access, open, create, read, write, setMode, sync, close, rename, remove, freeSpace
    }

    package let kind: Kind
    package let path: String
  }

  private enum Fault {
    case error(FileError)
    case powerLoss
  }

  private struct State {
    var content = DiskContent()
    var numbers: SeededNumbers
    var open: [CInt: Opened] = [:]
    var opened: CInt = 0
    var calls: [Call] = []
    /// By the number of the call, from 1 on.
    var faults: [Int: Fault] = [:]
    var hasPower = true
    var freeSpace = 1 << 40
  }

  private struct Opened {
    let path: String
    /// Nil for a folder.
    let file: UInt64?
    let use: FileUse
    var position = 0
  }

  package init(_ seed: Seed) { state = Mutex(State(numbers: seed.numbers)) }
}

// MARK: What tests do with it

extension SimulatedDisk {
  /// Makes a folder, which stays.
  package func makeFolder(_ path: String) { state.withLock { $0.content.makeFolder(path) } }

  /// Puts a file there.
  ///
  /// - Parameter isSynced: false for one that a power loss may take.
  package func put(_ bytes: [UInt8], at path: String, mode: UInt32 = 0o644, isSynced: Bool = true) {
    state.withLock { state in
      if state.content.number(of: path) != nil { try? state.content.remove(path) }
      guard let file = try? state.content.create(path, mode: mode) else {
        preconditionFailure("\(path) has no folder on this disk")
      }
      state.content.change(file) { file in
        file.apply(.bytes(bytes, at: 0))
        if isSynced { file.sync() }
      }
      if isSynced { state.content.syncFolder(DiskContent.folder(of: path)) }
    }
  }

  /// The bytes of a file, as processes see them; nil where there is none.
  package func bytes(of path: String) -> [UInt8]? {
    state.withLock { state in state.content.number(of: path).flatMap { state.content.file($0)?.seen.bytes } }
  }

  /// The permissions of a file; nil where there is none.
  package func mode(of path: String) -> UInt32? {
    state.withLock { state in state.content.number(of: path).flatMap { state.content.file($0)?.seen.mode } }
  }

  /// The paths of all files.
  package var paths: [String] { state.withLock { $0.content.paths } }

  /// The calls so far.
  package var calls: [Call] { state.withLock { $0.calls } }

  /// How many files and folders are open.
  package var openCount: Int { state.withLock { $0.open.count } }

  package func setFreeSpace(_ bytes: Int) { state.withLock { $0.freeSpace = bytes } }

  /// Lets a call fail.
  ///
  /// - Parameter call: its number, from 1 on: the first after those that were made.
  package func fail(_ call: Int, with error: FileError) { plan(.error(error), call) }

  /// Lets the power fail during a call. It and all later ones fail, until ``restart()``.
  ///
  /// - Parameter call: its number, from 1 on: the first after those that were made.
  package func losePower(during call: Int) { plan(.powerLoss, call) }

  /// No call fails any more that was to fail.
  package func mend() { state.withLock { $0.faults = [:] } }

  private func plan(_ fault: Fault, _ call: Int) { state.withLock { $0.faults[$0.calls.count + call] = fault } }

  /// The power fails, if it has not failed before, and comes back. No process is left, and what was not synced may be lost.
  package func restart() {
    state.withLock { state in
      state.content.losePower(&state.numbers)
      state.open = [:]
      state.faults = [:]
      state.hasPower = true
    }
  }
}

// MARK: Calls

extension SimulatedDisk {
  private typealias Step<Value> = (inout State) throws(FileError) -> Value

  /// One call.
  ///
  /// - Parameters:
  ///   - isSync: a power loss during the call leaves it to the seed what is on the disk, and not to the call.
  ///   - failed: what the call does although it fails.
  ///   - body: what it does.
  private func call<Value: Sendable>(
    _ kind: Call.Kind, _ path: (borrowing State) -> String, failed: (inout State) -> Void = { _ in },
    _ body: Step<Value>
  ) throws(FileError) -> Value {
    try state.withLock { state throws(FileError) in
      guard state.hasPower else { throw .failing }
      state.calls.append(Call(kind: kind, path: path(state)))
      switch state.faults[state.calls.count] {
      case nil: return try body(&state)
      case .error(let error):
        failed(&state)
        throw error
      case .powerLoss:
        // The call may have had its effect, which the disk then keeps or loses. A sync is not over.
        if kind != .sync { _ = try? body(&state) }
        state.hasPower = false
        throw .failing
      }
    }
  }

  private func call<Value: Sendable>(
    _ kind: Call.Kind, _ path: String, _ body: Step<Value>
  ) throws(FileError) -> Value {
    try call(kind, { _ in path }, body)
  }

  private func call<Value: Sendable>(
    _ kind: Call.Kind, on file: OpenFile, failed: (inout State) -> Void = { _ in }, _ body: Step<Value>
  ) throws(FileError) -> Value {
    try call(kind, { $0.open[file.number]?.path ?? "" }, failed: failed, body)
  }

  package func absolutePath(_ path: String) -> String { path }

  package func facts(of path: String) throws(FileError) -> FileFacts {
    try call(.facts, path) { state throws(FileError) in
      if state.content.isFolder(path) {
        return FileFacts(identity: FileIdentity(disk: Self.device, number: 0), size: 0, isFolder: true)
      }
      guard let number = state.content.number(of: path), let file = state.content.file(number) else {
        throw FileError(ENOENT)
      }
      let identity = FileIdentity(disk: Self.device, number: number)
      return FileFacts(identity: identity, size: file.seen.bytes.count, isFolder: false)
    }
  }

  /// That of no disk of the machine.
  private static let device = UInt64.max

  package func checkAccess(to path: String, for use: FileUse) throws(FileError) {
    try call(.access, path) { state throws(FileError) in
      if state.content.isFolder(path) { return }
      _ = try Self.file(path, for: use, state)
    }
  }

  private static func file(_ path: String, for use: FileUse, _ state: borrowing State) throws(FileError) -> UInt64 {
    guard let number = state.content.number(of: path), let file = state.content.file(number) else {
      throw FileError(ENOENT)
    }
    let needed: UInt32 = (use.contains(.reading) ? 0o400 : 0) | (use.contains(.writing) ? 0o200 : 0)
    guard file.seen.mode & needed == needed else { throw FileError(EACCES) }
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

  private static func add(_ opened: Opened, to state: inout State) -> OpenFile {
    state.opened += 1
    state.open[state.opened] = opened
    return OpenFile(number: state.opened)
  }

  package func read(_ count: Int, from file: OpenFile) throws(FileError) -> [UInt8] {
    try call(.read, on: file) { state throws(FileError) in
      guard let opened = state.open[file.number], opened.use == .reading else { throw FileError(EBADF) }
      guard let number = opened.file else { throw FileError(EISDIR) }
      let bytes = state.content.file(number)?.seen.bytes.dropFirst(opened.position).prefix(count) ?? []
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
      state.content.change(number) { $0.apply(.bytes(Array(bytes.prefix(count)), at: opened.position)) }
      state.open[file.number]?.position += count
      return count
    }
  }

  package func setMode(_ mode: UInt32, of file: OpenFile) throws(FileError) {
    try call(.setMode, on: file) { state throws(FileError) in
      guard let number = state.open[file.number]?.file else { throw FileError(EBADF) }
      state.content.change(number) { $0.apply(.mode(mode)) }
    }
  }

  package func sync(_ file: OpenFile) throws(FileError) {
    try call(.sync, on: file) { state in
      guard let opened = state.open[file.number] else { return }
      if let number = opened.file {
        state.content.change(number) { $0.forget() }
      } else {
        state.content.forgetFolder(opened.path)
      }
    } _: { state throws(FileError) in
      guard let opened = state.open[file.number] else { throw FileError(EBADF) }
      if let number = opened.file {
        state.content.change(number) { $0.sync() }
      } else {
        state.content.syncFolder(opened.path)
      }
    }
  }

  package func close(_ file: OpenFile) throws(FileError) {
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
