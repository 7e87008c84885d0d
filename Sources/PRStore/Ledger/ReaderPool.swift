// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Synchronization

/// The threads for reads that are not a point: each with a connection of its own, none of them an event loop's.
final class ReaderPool: Sendable {
  private let lanes: [ReaderLane]
  private let next = Atomic<Int>(0)

  init(_ connections: [Connection]) { lanes = connections.map(ReaderLane.init) }

  func submit(_ work: @escaping @Sendable (RowReader) -> Void) {
    let turn = next.wrappingAdd(1, ordering: .relaxed).newValue
    lanes[turn & Int.max % lanes.count].submit(work)
  }
}

/// One thread with one connection.
///
/// `@unchecked Sendable`: only its serial queue touches the reader.
private final class ReaderLane: @unchecked Sendable {
  private let thread = DispatchQueue(label: "headwater.store.reader", qos: .userInitiated)
  private let reader: RowReader

  init(_ connection: Connection) { reader = RowReader(connection) }

  func submit(_ work: @escaping @Sendable (RowReader) -> Void) { thread.async { work(self.reader) } }
}
