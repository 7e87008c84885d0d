// SPDX-License-Identifier: Apache-2.0
import PRStore
import Synchronization

/// Keeps a store whose database lacks rows from numbering, until they are back or the loss is acknowledged.
final class LossHold: Sendable {
  private let state: Mutex<State>
  private let isHeld: Atomic<Bool>
  private let file: MarkFile
  private let store: String

  private struct State {
    var loss: StoreLoss?
    /// What was looked at last: the mark, and where the feed ended.
    var seen: MarkFile.Content
    var serial: Int64?
  }

  init(_ loss: StoreLoss?, _ file: MarkFile, store: String) {
    self.file = file
    self.store = store
    isHeld = Atomic(loss != nil)
    state = Mutex(State(loss: loss, seen: loss == nil ? .nothing : file.read()))
  }

  /// What the database lacks; nil when it may be written.
  var loss: StoreLoss? { isHeld.load(ordering: .acquiring) ? state.withLock { $0.loss } : nil }

  /// Looks whether `headwater recover` has been here: the rows are back, or the mark is another one.
  ///
  /// - Returns: what is still lacking.
  func look(_ connection: Connection) -> StoreLoss? {
    guard isHeld.load(ordering: .acquiring) else { return nil }
    return state.withLock { state in
      let now = file.read()
      let serial = try? FeedChain.lastSerial(connection)
      guard now != state.seen || serial != state.serial else { return state.loss }
      (state.seen, state.serial) = (now, serial)
      // What cannot be read now is looked at again when the mark is another one.
      guard now != .nothing, let verdict = try? file.judge(connection, store: store) else { return state.loss }
      state.loss = verdict.loss
      if verdict.loss == nil { isHeld.store(false, ordering: .releasing) }
      return state.loss
    }
  }
}
