// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The database of the copy; its failures are those of a synchronisation.
struct SyncStore: Sendable {
  private let store: Store

  init(_ store: Store) { self.store = store }

  var identity: String? { store.identity }

  func read<Value: Sendable>(
    in queue: ReadQueue = .short, _ body: @escaping @Sendable (RowReader) throws(StoreError) -> Value
  ) async throws(SyncError) -> Value {
    do throws(StoreError) { return try await store.read(in: queue, body) } catch { throw .store(error) }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Ledger) throws(StoreError) -> Value
  ) async throws(SyncError) -> Value {
    do throws(StoreError) { return try await store.write(body) } catch { throw .store(error) }
  }

  func copiedRows() async throws(SyncError) -> Int {
    try await read(in: .long) { reader throws(StoreError) in try reader.copiedRows() }
  }
}
