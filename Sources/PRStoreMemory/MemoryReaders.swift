// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Reads a copy of the contents.
final class MemorySnapshots: SnapshotSource {
  private let database: MemoryDatabase

  init(_ database: MemoryDatabase) { self.database = database }

  func readSnapshot<Value>(
    readsWhole: Bool, _ body: (any ReadContext) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try body(MemoryReadContext(database.contents, of: database.identity))
  }
}

/// Keeps a copy of the contents until a transaction is committed.
final class MemoryEventLoopReader: EventLoopReader {
  private let database: MemoryDatabase
  private var snapshot: (contents: MemoryContents, commits: Int)?
  private(set) var isSnapshotOpen = false

  init(_ database: MemoryDatabase) { self.database = database }

  func beginSnapshot() { isSnapshotOpen = true }

  func endSnapshot() { (isSnapshotOpen, snapshot) = (false, nil) }

  func readCurrentValue(
    version: UnsafeRawBufferPointer, pkgarch: UnsafeRawBufferPointer, checksum: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Void
  ) -> Bool {
    let commits = database.commits
    if snapshot?.commits != commits { snapshot = (database.contents, commits) }
    beginSnapshot()
    let package = PackageKey(
      version: String(decoding: version, as: UTF8.self), pkgarch: String(decoding: pkgarch, as: UTF8.self))
    guard let contents = snapshot?.contents, let head = contents.own[package].head,
      head.holder.utf8.elementsEqual(checksum), contents.floor(of: package).map({ head.greatest >= $0 }) ?? true
    else { return false }
    var text = head.greatest.text
    text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    return true
  }
}

/// Reads on a thread of its own, as long as the time allows.
final class MemoryDiagnosticReader: DiagnosticReader {
  private let database: MemoryDatabase
  private let queue: any SerialQueue
  private let clock: StoreClock

  init(_ database: MemoryDatabase, in environment: StoreEnvironment) {
    self.database = database
    queue = environment.queue(.diagnostics)
    clock = environment.clock
  }

  func read<Value: Sendable>(
    within time: Duration, for client: ReadClient,
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      queue.async { [database, clock] in
        let deadline = clock.now() + time
        let context = MemoryReadContext(database.contents, of: database.identity) {
          client.isGone || clock.now() > deadline
        }
        do throws(StoreError) {
          guard !client.isGone else { throw .interrupted }
          continuation.resume(returning: .success(try body(context)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try outcome.get()
  }
}
