// SPDX-License-Identifier: Apache-2.0
import PRRevision
import StoreCheck
import Synchronization
import TestDisk

@testable import PRStore

/// What clients saw of a store, and what was wrong with it. Answers that come when the power is gone have not left.
final class StoryRecord: Sendable {
  private let disk: SimulatedDisk
  private let state = Mutex(State())

  private struct State {
    var book = AnswerBook()
    var faults: [String] = []
    var log: [String] = []
    var figures = StoryFigures()
    /// An error came since the disk was mended last: what it has left behind may fail once more.
    var hadErrors = false
  }

  init(_ disk: SimulatedDisk) { self.disk = disk }

  var book: AnswerBook { state.withLock { $0.book } }
  var faults: [String] { state.withLock { $0.faults } }
  /// What happened, line by line.
  var log: [String] { state.withLock { $0.log } }
  var figures: StoryFigures { state.withLock { $0.figures } }

  func note(_ line: String) { state.withLock { $0.log.append(line) } }

  func fault(_ text: String) {
    state.withLock { state in
      state.faults.append(text)
      state.log.append("FAULT: \(text)")
    }
  }

  func count(_ body: (inout StoryFigures) -> Void) { state.withLock { body(&$0.figures) } }

  func change(_ body: (inout AnswerBook) -> Void) { state.withLock { body(&$0.book) } }

  /// A request was answered.
  func answer(_ text: @autoclosure () -> String, _ body: (inout AnswerBook) -> String?) {
    guard disk.hasPower else { return }
    state.withLock { state in
      state.figures.answers += 1
      state.log.append(text())
      guard let fault = body(&state.book) else { return }
      state.faults.append(fault)
      state.log.append("FAULT: \(fault)")
    }
  }

  /// A request was refused.
  func refuse(_ error: StoreError, _ request: String) {
    guard disk.hasPower else { return }
    count { $0.refusals += 1 }
    note("\(request): \(error)")
    if !disk.isDisturbed, !isDisturbed { fault("\(request) failed on a disk that works: \(error)") }
    if !error.isOfDisk { fault("\(request) failed on a disk that fails, with another error: \(error)") }
    isDisturbed = true
  }

  /// The disk has failed, and the store may feel it for a while.
  var isDisturbed: Bool {
    get { state.withLock { $0.hadErrors } }
    set { state.withLock { $0.hadErrors = newValue } }
  }
}

extension StoreError {
  /// It says that the disk fails, and nothing else.
  var isOfDisk: Bool {
    switch self {
    case .diskFull, .readOnly, .permission, .engine, .locked: true
    // A mark that cannot be read holds the store until it can.
    case .lost(_, .unreadable): true
    default: false
    }
  }
}

extension StoredPackage {
  init(_ key: PackageKey) { self.init(key.version, key.pkgarch) }
}

extension StoredRow {
  init(_ tuple: TupleKey, _ value: String) {
    self.init(StoredTuple(StoredPackage(tuple.package), tuple.checksum), value)
  }
}

extension StoredTuple {
  var key: TupleKey { TupleKey(version: package.version, pkgarch: package.pkgarch, checksum: checksum) }
}
