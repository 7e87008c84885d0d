// SPDX-License-Identifier: Apache-2.0
import Dispatch
import Logging
import PRClient
import PRNode
import PRServer
import PRStore
import PRSync
import PRWire
import ServiceLifecycle
import Synchronization
import TestStore
import Testing

/// What happened to a copy, and somebody who waits for it.
final class Happenings: Sendable {
  private let state = Mutex<(events: [SyncEvent], waiting: [CheckedContinuation<Void, Never>])>(([], []))

  var events: [SyncEvent] { state.withLock { $0.events } }

  func add(_ event: SyncEvent) {
    let waiting = state.withLock { state in
      state.events.append(event)
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Waits until the events satisfy a condition.
  func wait(
    seconds: Double = 60, sourceLocation: SourceLocation = #_sourceLocation, until condition: ([SyncEvent]) -> Bool
  ) async {
    let deadline = ContinuousClock.now + .seconds(seconds)
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds + 0.01) { self.wakeAll() }
    while !condition(events) {
      guard ContinuousClock.now < deadline else {
        Issue.record("after \(seconds) s: \(events)", sourceLocation: sourceLocation)
        return
      }
      let count = events.count
      await withCheckedContinuation { continuation in
        let isLate = state.withLock { state in
          guard state.events.count == count, ContinuousClock.now < deadline else { return true }
          state.waiting.append(continuation)
          return false
        }
        if isLate { continuation.resume() }
      }
    }
  }

  private func wakeAll() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

extension [SyncEvent] {
  var completions: Int { count { if case .complete = $0 { true } else { false } } }
  var swaps: Int { count { if case .swapped = $0 { true } else { false } } }
  var resets: Int { count { if case .reset = $0 { true } else { false } } }
  func failures(saying text: String) -> Int {
    count { if case .failed(_, let reason) = $0 { reason.contains(text) } else { false } }
  }
}

/// Runs a server of ours over a store of this process, calls `body` with its address, and ends it.
func withServer<Value: Sendable>(
  of store: Store, at path: String, _ body: @escaping @Sendable (Endpoint) async throws -> Value
) async throws -> Value {
  let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
  let node = Node(store: store, policy: NodePolicy(), clock: { 1 })
  let server = Server(
    node: node, options: ServerOptions(version: "test"),
    entrances: try ListeningSocket.open([.unix(path: path)]),
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  ) { isReady.yield() }
  return try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask {
      try await server.run()
      return nil
    }
    for await _ in ready { break }
    let value = try await body(.unix(path: path))
    group.cancelAll()
    return value
  }
}

/// A copy of an upstream that is kept while `body` runs.
///
/// - Parameter asksForFeed: else the upstream is taken for a server that has none, and exports.
func withSync(
  into store: Store, from upstream: Endpoint, page: Int = 4096, every: Duration = .seconds(60),
  asksForFeed: Bool = true, now: @escaping @Sendable () -> Int64 = { 1 },
  _ body: @escaping @Sendable (Synchronizer, Happenings) async throws -> Void
) async throws {
  let happenings = Happenings()
  var options = SyncOptions(peers: [Dialer(upstream, asksForDescription: asksForFeed)], every: every)
  options.peers[0].limits = WireLimits(message: 64 << 20)
  options.page = page
  let sync = Synchronizer(store: store, options: options, now: now, tell: { happenings.add($0) })
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await sync.run() }
    try await body(sync, happenings)
    group.cancelAll()
  }
}
