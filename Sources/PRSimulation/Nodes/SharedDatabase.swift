// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRStoreMemory

/// A database on servers of its own, which several nodes share.
protocol SharedDatabase: AnyObject, Sendable {
  var rows: [Row] { get }
  var floors: [Floor] { get }
  func holds(_ row: Row) -> Bool

  /// Opens the store for a process.
  ///
  /// - Returns: nil where that fails, as it does while no server takes connections.
  func open(by process: MemoryProcess) async -> Store?

  /// The connections of a process that was killed end.
  func close(_ process: MemoryProcess)

  func perform(_ fault: Story.DatabaseFault)

  /// All faults end.
  func heal()
}
