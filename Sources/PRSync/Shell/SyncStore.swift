// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// The database of the copy; its failures are those of a synchronisation.
struct SyncStore: Sendable {
  private let store: Store

  init(_ store: Store) { self.store = store }

  var identity: String? { store.identity }

  func read<Value: Sendable>(
    in queue: ReadQueue = .short, _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(SyncError) -> Value {
    do throws(StoreError) { return try await store.read(in: queue, body) } catch { throw .store(error) }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (any WriteContext) throws(StoreError) -> Value
  ) async throws(SyncError) -> Value {
    do throws(StoreError) { return try await store.write(body) } catch { throw .store(error) }
  }

  func copy(
    _ page: FeedPage, from start: FeedPosition?, source: String, milliseconds: Int64
  ) async throws(SyncError) -> CopyOutcome {
    do throws(StoreError) {
      return try await store.copy(page, from: start, source: source, milliseconds: milliseconds)
    } catch {
      throw .store(error)
    }
  }

  /// Raises the floors of an upstream.
  func raise(_ page: FloorPage, of store: String, source: String, milliseconds: Int64) async throws(SyncError) {
    do throws(StoreError) {
      _ = try await self.store.take(page, of: store, source: source, milliseconds: milliseconds)
    } catch {
      throw .store(error)
    }
  }

  func copyFresh(_ page: FeedPage, from start: FeedPosition?) async throws(SyncError) -> CopyOutcome {
    do throws(StoreError) { return try await store.copyFresh(page, from: start) } catch { throw .store(error) }
  }

  func copy(_ rows: [Row], source: String, milliseconds: Int64) async throws(SyncError) -> Int {
    do throws(StoreError) {
      return try await store.copy(rows, source: source, milliseconds: milliseconds)
    } catch {
      throw .store(error)
    }
  }

  func copyFresh(_ rows: [Row]) async throws(SyncError) {
    do throws(StoreError) { try await store.copyFresh(rows) } catch { throw .store(error) }
  }

  func beginFreshCopy() async throws(SyncError) {
    do throws(StoreError) { try await store.beginFreshCopy() } catch { throw .store(error) }
  }

  func swapCopies(
    _ place: SwapPlace, sparingAfter spared: Int64, milliseconds: Int64
  ) async throws(SyncError) -> Int? {
    do throws(StoreError) {
      return try await store.swapCopies(place, sparingAfter: spared, milliseconds: milliseconds)
    } catch {
      throw .store(error)
    }
  }

  /// Marks the copy as whole.
  ///
  /// - Returns: how many rows it has.
  func completeCopy() async throws(SyncError) -> Int {
    try await write { context throws(StoreError) in try context.keep(CopyState.whole) }
    return try await read(in: .long) { reader throws(StoreError) in try reader.copiedRows() }
  }
}
