// SPDX-License-Identifier: Apache-2.0
import GRDBSQLite
import PRRevision
import PRStore

/// `@unchecked Sendable`: after `init` only its serial queue touches the reader.
final class SQLiteDiagnosticReader: DiagnosticReader, @unchecked Sendable {
  private let queue: any SerialQueue
  private let reader: SQLiteReadContext
  private let timeout: DiagnosticTimeout

  init(_ connection: Connection, in environment: StoreEnvironment) {
    queue = environment.queue(.diagnostics)
    reader = SQLiteReadContext(connection)
    timeout = DiagnosticTimeout(connection.handle, environment.clock)
  }

  package func read<Value: Sendable>(
    within time: Duration, for client: ReadClient,
    _ body: @escaping @Sendable (any ReadContext) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let outcome: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      queue.async { [self] in
        timeout.begin(time, for: client)
        do throws(StoreError) {
          guard !client.isGone else { throw .interrupted }
          continuation.resume(returning: .success(try reader.inOneSnapshot(body)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try outcome.get()
  }
}

/// Has SQLite give up a statement that takes too long. For the thread of its connection.
private final class DiagnosticTimeout {
  private let clock: StoreClock
  private var deadline: ContinuousClock.Instant
  private var client = ReadClient.node

  /// So many of SQLite's instructions are run between two looks at the clock.
  private static let instructions: CInt = 20_000

  /// It has to live as long as the connection is used.
  init(_ connection: OpaquePointer, _ clock: StoreClock) {
    self.clock = clock
    deadline = clock.now()
    sqlite3_progress_handler(
      connection, Self.instructions,
      { context in
        guard let context else { return 0 }
        let timeout = Unmanaged<DiagnosticTimeout>.fromOpaque(context).takeUnretainedValue()
        return timeout.client.isGone || timeout.clock.now() > timeout.deadline ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func begin(_ time: Duration, for client: ReadClient) {
    self.client = client
    deadline = clock.now() + time
  }
}
