// SPDX-License-Identifier: Apache-2.0
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

/// What happened to a copy so far, for tests that wait for it.
final class Happenings: Sendable {
  private let state = Mutex(State())

  private struct State {
    var events: [SyncEvent] = []
    /// Before each pause: how often the copy had been complete by then.
    var pauses: [(completions: Int, time: Duration)] = []
    var waiting: [AsyncStream<Void>.Continuation] = []
  }

  var events: [SyncEvent] { state.withLock { $0.events } }
  var pauses: [(completions: Int, time: Duration)] { state.withLock { $0.pauses } }

  /// The first pause after each time that the copy was complete.
  var firstPauses: [Duration] {
    let pauses = pauses
    return (1...max(1, events.completions)).compactMap { count in pauses.first { $0.completions == count }?.time }
  }

  /// Pauses as the product does.
  func pause(_ time: Duration) async {
    state.withLock { $0.pauses.append(($0.events.completions, time)) }
    // The pauses of the code under test: they end early when the test does.
    try? await Task.sleep(for: time)
  }

  func add(_ event: SyncEvent) {
    let waiting = state.withLock { state in
      state.events.append(event)
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.finish() }
  }

  /// Waits until the events satisfy a condition, or the test has reached its time limit.
  func wait(sourceLocation: SourceLocation = #_sourceLocation, until condition: ([SyncEvent]) -> Bool) async {
    while true {
      let (news, teller) = AsyncStream.makeStream(of: Void.self)
      let events = state.withLock { state in
        state.waiting.append(teller)
        return state.events
      }
      if condition(events) { return }
      guard !Task.isCancelled else {
        Issue.record("by the end of the time: \(events)", sourceLocation: sourceLocation)
        return
      }
      for await _ in news {}
    }
  }
}

extension [SyncEvent] {
  var completions: Int { count { if case .complete = $0 { true } else { false } } }
  var swaps: Int { count { if case .swapped = $0 { true } else { false } } }
  var resets: Int { count { if case .reset = $0 { true } else { false } } }
  func failures(saying text: String) -> Int {
    count { if case .failed(_, let reason, _) = $0 { reason.contains(text) } else { false } }
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
    bindings: try ListeningSocket.open([.unix(path: path)]),
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

/// Keeps a copy of an upstream, and keeps in mind what happens.
///
/// - Parameter asksForFeed: else the upstream is taken for a server that has none, and exports.
func synchronizer(
  into store: Store, from upstream: Endpoint, page: Int = 4096, every: Duration = .seconds(60),
  asksForFeed: Bool = true, now: @escaping @Sendable () -> Int64 = { 1 }
) -> (Synchronizer, Happenings) {
  let happenings = Happenings()
  var options = SyncOptions(peers: [Dialer(upstream, asksForDescription: asksForFeed)], every: every)
  options.peers[0].limits = WireLimits(message: 64 << 20)
  options.page = page
  var environment = SyncEnvironment.system
  environment.pause = { await happenings.pause($0) }
  let sync = Synchronizer(
    store: store, options: options, now: now, in: environment, tell: { happenings.add($0) })
  return (sync, happenings)
}

/// A copy of an upstream that is kept while `body` runs.
func withSync(
  into store: Store, from upstream: Endpoint, page: Int = 4096, every: Duration = .seconds(60),
  asksForFeed: Bool = true, now: @escaping @Sendable () -> Int64 = { 1 },
  _ body: @escaping @Sendable (Synchronizer, Happenings) async throws -> Void
) async throws {
  let (sync, happenings) = synchronizer(
    into: store, from: upstream, page: page, every: every, asksForFeed: asksForFeed, now: now)
  try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { try await sync.run() }
    try await body(sync, happenings)
    group.cancelAll()
  }
}

extension Store {
  /// Waits until the copy has so many rows, or the test has reached its time limit.
  func waitForCopiedRows(_ count: Int) async throws {
    while true {
      let (news, teller) = AsyncStream.makeStream(of: Void.self)
      let ticket = waitForRows { teller.finish() }
      defer { stopWaiting(ticket) }
      if try await read({ reader throws(StoreError) in try reader.copiedRows() }) >= count { return }
      // A stream ends at once in a task that is cancelled: the loop would never wait again.
      try Task.checkCancellation()
      for await _ in news {}
    }
  }
}
