// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import Synchronization
import TestSeed

/// A disk in memory that can lose power, and whose calls can fail. What a power loss takes of all that was not synced follows
/// from a seed, and so does how many bytes a write takes. A store has all of its files on it, SQLite's as well: see ``DiskVFS``.
package final class SimulatedDisk: StoreFiles {
  let state: Mutex<State>
  /// That of no disk of the machine, and of no other simulated one.
  let device: UInt64
  /// A folder whose databases SQLite finds on this disk.
  package let databases: String

  /// A call of ``StoreFiles`` or of SQLite, in the order of the calls.
  package struct Call: Hashable, Sendable {
    package enum Kind: Sendable {
      case facts, access, open, create, read, write, setMode, sync, close, rename, remove, freeSpace
      case truncate, lock, mapMemory, lockMemory
    }

    package let kind: Kind
    package let path: String
  }

  enum Fault {
    case error(FileError)
    case powerLoss
  }

  struct State {
    var content = DiskContent()
    var numbers: SeededNumbers
    var open: [CInt: Opened] = [:]
    var opened: CInt = 0
    var calls: [Call] = []
    /// By the number of the call, from 1 on.
    var faults: [Int: Fault] = [:]
    var hasPower = true
    var freeSpace = 1 << 40
    var weather = DiskWeather.fair
    var lies: Set<DiskLie> = []
    var sectorSize = 4096
    var memories: [UInt64: SharedMemory] = [:]
    /// Called in place of a sleep.
    var passTime: (@Sendable (Duration) -> Void)?
  }

  struct Opened {
    let path: String
    /// Nil for a folder.
    let file: UInt64?
    let use: FileUse
    var position = 0
    var lock = DatabaseLock.none
    /// The first sync brings the file's name to the disk as well.
    var syncsFolder = false
    /// A sync through another opening has failed, which the system reports to each opening once.
    var failsNextSync = false
  }

  private static let made = Atomic<UInt64>(0)

  package init(_ seed: Seed) {
    let number = Self.made.wrappingAdd(1, ordering: .relaxed).newValue
    device = UInt64.max - number
    databases = DiskVFS.folder(ofDisk: number)
    state = Mutex(State(numbers: seed.numbers))
    makeFolder(databases)
    DiskVFS.add(self, number)
  }

  deinit { DiskVFS.remove(UInt64.max - device) }
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
      state.content.change(file, .bytes(bytes, at: 0))
      guard isSynced else { return }
      state.content.sync(file)
      state.content.syncFolder(DiskContent.folder(of: path))
    }
  }

  /// The bytes of a file, as processes see them; nil where there is none.
  package func bytes(of path: String) -> [UInt8]? {
    state.withLock { state in state.content.number(of: path).flatMap { state.content.file($0)?.bytes } }
  }

  /// The permissions of a file; nil where there is none.
  package func mode(of path: String) -> UInt32? {
    state.withLock { state in state.content.number(of: path).flatMap { state.content.file($0)?.mode } }
  }

  /// The paths of all files.
  package var paths: [String] { state.withLock { $0.content.paths } }

  /// The calls so far.
  package var calls: [Call] { state.withLock { $0.calls } }

  package var callCount: Int { state.withLock { $0.calls.count } }

  /// How many files and folders are open.
  package var openCount: Int { state.withLock { $0.open.count } }

  package var hasPower: Bool { state.withLock { $0.hasPower } }

  package func setFreeSpace(_ bytes: Int) { state.withLock { $0.freeSpace = bytes } }

  package func setSectorSize(_ bytes: Int) { state.withLock { $0.sectorSize = bytes } }

  package func setWeather(_ weather: DiskWeather) { state.withLock { $0.weather = weather } }

  package func setLies(_ lies: Set<DiskLie>) { state.withLock { $0.lies = lies } }

  /// - Parameter pass: called with the time for which SQLite would sleep, since a database is locked.
  package func setClock(_ pass: (@Sendable (Duration) -> Void)?) { state.withLock { $0.passTime = pass } }

  /// Lets a call fail.
  ///
  /// - Parameter call: its number, from 1 on: the first after those that were made.
  package func fail(_ call: Int, with error: FileError) { plan(.error(error), call) }

  /// Lets the power fail during a call. It and all later ones fail, until ``restart()``.
  ///
  /// - Parameter call: its number, from 1 on: the first after those that were made.
  package func losePower(during call: Int) { plan(.powerLoss, call) }

  /// The power fails now.
  package func losePower() { state.withLock { $0.hasPower = false } }

  /// No call fails any more that was to fail.
  package func mend() {
    state.withLock { state in
      state.faults = [:]
      state.weather = .fair
    }
  }

  /// Whether calls fail, or are to fail.
  package var isDisturbed: Bool {
    state.withLock { state in
      !state.hasPower || state.weather != .fair || state.faults.keys.contains { $0 > state.calls.count }
    }
  }

  private func plan(_ fault: Fault, _ call: Int) { state.withLock { $0.faults[$0.calls.count + call] = fault } }

  /// The power fails, if it has not failed before, and comes back. No process is left, and what was not synced may be lost.
  package func restart() {
    state.withLock { state in
      var loss = PowerLoss(state.numbers, sectorSize: state.sectorSize)
      state.content.losePower(&loss)
      state.numbers = loss.numbers
      state.endProcesses()
    }
  }

  /// No process is left, and the system goes on: what was written stays.
  package func killProcesses() { state.withLock { $0.endProcesses() } }

  /// What is on the disk.
  package var content: DiskContent { state.withLock { $0.content } }

  /// Begins to record what is done to the disk.
  package func record() { state.withLock { $0.content.recording = [] } }

  /// What was done since then.
  package var recording: [DiskOperation] { state.withLock { $0.content.recording ?? [] } }

  /// Puts other files in the place of all that there are.
  package func load(_ content: DiskContent) {
    state.withLock { state in
      state.content = content
      state.endProcesses()
    }
  }
}

extension SimulatedDisk.State {
  fileprivate mutating func endProcesses() {
    open = [:]
    memories = [:]
    faults = [:]
    weather = .fair
    hasPower = true
  }
}

/// What a disk does to many calls.
package enum DiskWeather: Hashable, Sendable {
  case fair
  /// What needs room fails.
  case full
  /// What changes something fails.
  case readOnly
  /// One in so many calls fails.
  case failing(oneIn: UInt64)
}

/// What a disk says and does not do: a fault that is planted, so that a test has to find it.
package enum DiskLie: Hashable, Sendable {
  case sync(DiskRole)
  /// The folder is not synced after a file was made, renamed or removed.
  case syncFolder
  /// A sync that fails is none.
  case failedSync
  /// A write that fails is none.
  case failedWrite
  /// Of the bytes of a write a part comes to the disk.
  case shortWrite(DiskRole)
}

/// What a file is for.
package enum DiskRole: Hashable, Sendable, CaseIterable {
  case database, log, journal
  /// A mark or a manifest.
  case other

  init(_ path: String) {
    self =
      if path.hasSuffix("-wal") {
        .log
      } else if path.hasSuffix("-journal") {
        .journal
      } else if path.hasSuffix(".sqlite3") || path.hasSuffix(".sqlite3.partial") {
        .database
      } else {
        .other
      }
  }
}
