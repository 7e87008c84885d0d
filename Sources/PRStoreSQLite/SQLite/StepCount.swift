// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRStore
import Synchronization

/// How many steps SQLite's virtual machine has taken for the statements of a connection: what a request costs, counted
/// and not timed. For tests.
package final class StepCount: Sendable {
  private let connection: UInt
  private let path: String
  private let done = Atomic(0)

  private static let live = Mutex<[UInt: StepCount]>([:])

  init(_ handle: OpaquePointer, _ path: String) {
    connection = UInt(bitPattern: handle)
    self.path = path
    Self.live.withLock { $0[connection] = self }
  }

  /// A statement was finalized that had taken so many steps.
  func finished(_ steps: CInt) { done.wrappingAdd(Int(clamping: steps), ordering: .relaxed) }

  /// The connection is about to be closed.
  func end() { Self.live.withLock { $0[connection] = nil } }

  /// Of one connection.
  package var steps: Int {
    var steps = done.load(ordering: .relaxed)
    let handle = OpaquePointer(bitPattern: connection)
    var statement = sqlite3_next_stmt(handle, nil)
    while let one = statement {
      steps += Int(clamping: sqlite3_stmt_status(one, SQLITE_STMTSTATUS_VM_STEP, 0))
      statement = sqlite3_next_stmt(handle, one)
    }
    return steps
  }

  /// Of all connections of this process to a file. None of them may be at work.
  package static func total(of path: String) -> Int {
    live.withLock { live in live.values.filter { $0.path == path }.reduce(0) { $0 + $1.steps } }
  }
}
