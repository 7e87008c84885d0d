// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import PRWire

/// The nodes above this one: asked in order of preference, over connections that are kept warm.
public final class Upstream: UpstreamAsking {
  private let loop: any EventLoop
  private let deadline: Duration
  private let desk: NIOLoopBound<UpstreamDesk>

  private init(_ desk: UpstreamDesk, deadline: Duration, on loop: any EventLoop) {
    self.loop = loop
    self.deadline = deadline
    self.desk = NIOLoopBound(desk, eventLoop: loop)
  }

  /// Begins to connect.
  ///
  /// - Parameters:
  ///   - loop: where all of its work is done.
  ///   - tell: called on that loop with what happens.
  public static func start(
    _ options: UpstreamOptions, on loop: any EventLoop, tell: @escaping @Sendable (UpstreamEvent) -> Void
  ) async throws -> Upstream {
    try await loop.submit {
      let desk = UpstreamDesk(
        options.peers.map { Peer($0, options, on: loop, tell: tell) }, deadline: options.deadline, on: loop)
      desk.warmUp()
      return Upstream(desk, deadline: options.deadline, on: loop)
    }.get()
  }

  public func ask(
    _ question: UpstreamQuestion, within time: Duration?,
    answer: @escaping @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void
  ) {
    let time = min(time ?? deadline, deadline)
    loop.execute { self.desk.value.ask(question, within: time, answer) }
  }

  /// How each of them fares, in order of preference.
  public func health() async throws -> [UpstreamHealth] {
    try await loop.submit { self.desk.value.health }.get()
  }

  /// Closes the connections; what is asked from now on fails.
  public func stop() async throws { try await loop.submit { self.desk.value.stop() }.get() }
}

/// Whom to ask next, and who else waits for the same answer. It lives on its event loop.
final class UpstreamDesk {
  typealias Answer = @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void

  private let peers: [Peer]
  private let deadline: Duration
  private let loop: any EventLoop
  private var coalescer = RequestCoalescer<UpstreamQuestion>()
  private var waiters: [RequestCoalescer<UpstreamQuestion>.Asker: Waiter] = [:]
  private var nextWaiter = 0

  private struct Waiter {
    let answer: Answer
    /// Runs out when the time of this waiter does, which may be before the question's.
    var patience: Scheduled<Void>?
  }

  init(_ peers: [Peer], deadline: Duration, on loop: any EventLoop) {
    self.peers = peers
    self.deadline = deadline
    self.loop = loop
  }

  var health: [UpstreamHealth] { peers.map(\.health) }

  func warmUp() { for peer in peers { peer.warmUp() } }

  func stop() { for peer in peers { peer.stop() } }

  /// A question runs until the upstreams' deadline, however little time its asker has: that somebody further down is
  /// in a hurry does not make an upstream slow, and others may wait for the same answer.
  func ask(_ question: UpstreamQuestion, within time: Duration, _ answer: @escaping Answer) {
    let number = nextWaiter
    nextWaiter &+= 1
    let admission = coalescer.admit(number, to: question)
    var waiter = Waiter(answer: answer)
    if time < deadline || admission == .queued {
      let desk = NIOLoopBound(self, eventLoop: loop)
      waiter.patience = loop.scheduleTask(in: TimeAmount(time)) { desk.value.giveUp(number, question, after: time) }
    }
    waiters[number] = waiter
    if admission == .ask { ask(question) }
  }

  private func giveUp(_ number: Int, _ question: UpstreamQuestion, after time: Duration) {
    coalescer.remove(number, from: question)
    let server = (peers.first(where: \.isPresent) ?? peers.first)?.health.server
    waiters.removeValue(forKey: number)?.answer(.failure(server.map { .timedOut($0, time) } ?? .stopped))
  }

  private func ask(_ question: UpstreamQuestion) {
    ask(question, peers[...], until: .now() + TimeAmount(deadline), lastError: nil)
  }

  /// Asks the first that is not known to be away, and after a failure the next. Each may take its share of the time.
  private func ask(
    _ question: UpstreamQuestion, _ candidates: ArraySlice<Peer>, until deadline: NIODeadline,
    lastError: UpstreamError?
  ) {
    let present = candidates.filter(\.isPresent)
    let remaining = deadline - .now()
    guard let peer = present.first, remaining > .zero else {
      return settle(question, .failure(lastError ?? peers.first?.absence ?? .stopped))
    }
    let share = Duration.nanoseconds(remaining.nanoseconds / Int64(clamping: present.count))
    peer.ask(question, within: share) { self.coalescer.left(question) }.assumeIsolated().whenComplete { outcome in
      switch outcome {
      case .success(let answer): self.settle(question, .success(answer))
      case .failure(let error):
        self.ask(question, present.dropFirst()[...], until: deadline, lastError: error as? UpstreamError)
      }
    }
  }

  private func settle(_ question: UpstreamQuestion, _ outcome: Result<UpstreamAnswer, UpstreamError>) {
    let (askers, asksAgain) = coalescer.settle(question)
    for asker in askers {
      let waiter = waiters.removeValue(forKey: asker)
      waiter?.patience?.cancel()
      waiter?.answer(outcome)
    }
    if asksAgain { ask(question) }
  }
}
