// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire
import Synchronization

/// The rows of an export as they arrive. While many wait to be taken, nothing more is read from the connection.
package final class RowStream: Sendable {
  private let server: Endpoint
  private let channel: any Channel
  private let timeout: Duration
  private let state = Mutex(State())

  private struct State {
    var batches: [[Row]] = []
    var outcome: Result<Void, ClientError>?
    var taker: CheckedContinuation<Void, Never>?
    var isPaused = false
    var passedOver = 0
  }

  /// With so many batches waiting the connection is not read, and with so few it is again.
  private static let (maximum, minimum) = (16, 4)

  /// - Parameter timeout: how long the server may send nothing.
  init(server: Endpoint, channel: any Channel, timeout: Duration) {
    self.server = server
    self.timeout = timeout
    self.channel = channel
  }

  /// The next rows; nil after the last.
  package func next() async throws(ClientError) -> [Row]? {
    while true {
      switch take() {
      case .rows(let rows): return rows
      case .end(let outcome):
        try outcome.get()
        return nil
      case .wait: await wait()
      }
    }
  }

  /// How many rows had longer names than a node takes, and are not among those that were handed out.
  package var passedOver: Int { state.withLock { $0.passedOver } }

  func passOver(_ rows: Int) { state.withLock { $0.passedOver = rows } }

  /// The rest of the rows is not read: the connection ends.
  package func cancel() { channel.close(promise: nil) }

  private enum Taken {
    case rows([Row])
    case end(Result<Void, ClientError>)
    case wait
  }

  private func take() -> Taken {
    let (taken, mustResume) = state.withLock { state -> (Taken, Bool) in
      guard !state.batches.isEmpty else { return (state.outcome.map(Taken.end) ?? .wait, false) }
      let rows = state.batches.removeFirst()
      guard state.isPaused, state.batches.count <= Self.minimum else { return (.rows(rows), false) }
      state.isPaused = false
      return (.rows(rows), true)
    }
    if mustResume { setReading(true) }
    return taken
  }

  private func wait() async {
    let clock = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) {
      self.end(.failure(.timedOut(self.server, self.timeout)))
    }
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        guard state.batches.isEmpty, state.outcome == nil else { return true }
        state.taker = continuation
        return false
      }
      if isReady { continuation.resume() }
    }
    clock.cancel()
  }

  func yield(_ rows: [Row]) {
    let (taker, mustPause) = state.withLock { state in
      state.batches.append(rows)
      let mustPause = !state.isPaused && state.batches.count >= Self.maximum
      if mustPause { state.isPaused = true }
      defer { state.taker = nil }
      return (state.taker, mustPause)
    }
    if mustPause { setReading(false) }
    taker?.resume()
  }

  func end(_ outcome: Result<Void, ClientError>) {
    let taker = state.withLock { state in
      if state.outcome == nil { state.outcome = outcome }
      defer { state.taker = nil }
      return state.taker
    }
    taker?.resume()
  }

  private func setReading(_ on: Bool) { _ = channel.setOption(.autoRead, value: on) }
}

/// Makes rows of the pieces of a reply, on the connection's event loop.
final class RowSink {
  private let server: Endpoint
  private let stream: RowStream
  private var parser = ExportStream()
  private var rows: [Row] = []
  private var hasFailed = false

  private static let batch = 2048

  init(server: Endpoint, stream: RowStream) {
    self.server = server
    self.stream = stream
  }

  func take(_ piece: UnsafeRawBufferPointer) {
    guard !hasFailed else { return }
    do throws(ResponseError) {
      rows += try parser.take(piece)
      if rows.count >= Self.batch { flush() }
    } catch {
      hasFailed = true
      stream.end(.failure(.response(server, error)))
      stream.cancel()  // what follows would be read for nothing
    }
  }

  func finish() {
    do throws(ResponseError) {
      if let words = try parser.finish() { return stream.end(.failure(.refused(words))) }
      flush()
      stream.passOver(parser.rowsTooLong)
      stream.end(.success(()))
    } catch {
      stream.end(.failure(.response(server, error)))
    }
  }

  private func flush() {
    if !rows.isEmpty { stream.yield(rows) }
    rows = []
  }
}
