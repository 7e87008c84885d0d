// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// Carries out what ``UpstreamRouter`` decides. It lives on its event loop.
final class UpstreamDriver {
  typealias Answer = @Sendable (Result<UpstreamAnswer, UpstreamError>) -> Void

  private let pools: [UpstreamPoolDriver]
  private let loop: any EventLoop
  private let now: @Sendable () -> ContinuousClock.Instant
  private var router: UpstreamRouter
  private var answers: [UpstreamRouter.Waiter: Answer] = [:]
  private var timers: [UpstreamRouter.Waiter: Scheduled<Void>] = [:]
  private var nextWaiter = 0

  init(_ pools: [UpstreamPoolDriver], _ options: UpstreamOptions, on loop: any EventLoop) {
    self.pools = pools
    self.loop = loop
    now = options.now
    router = UpstreamRouter(deadline: options.deadline)
  }

  var health: [UpstreamHealth] { pools.map(\.health) }

  func start() { for pool in pools { pool.start() } }

  func stop() { for pool in pools { pool.stop() } }

  func ask(
    _ question: UpstreamQuestion, within time: Duration, via path: QuestionPath, _ answer: @escaping Answer
  ) {
    let waiter = nextWaiter
    nextWaiter &+= 1
    answers[waiter] = answer
    handle(.ask(waiter, question, within: time, via: path))
  }

  private func handle(_ event: UpstreamRouter.Event) {
    for action in router.handle(event, upstreams: pools.map(\.availability), at: now()) { perform(action) }
  }

  private func perform(_ action: UpstreamRouter.Action) {
    switch action {
    case .send(let question, let upstream, let share, let path):
      pools[upstream].ask(
        question, within: share, via: path, written: { self.handle(.written(question)) },
        settled: { self.handle(.settled(question, $0)) })
    case .answer(let waiter, let outcome): answers.removeValue(forKey: waiter)?(outcome)
    case .startTimer(let waiter, let time):
      timers[waiter] = loop.assumeIsolated().scheduleTask(in: TimeAmount(time)) {
        self.timers[waiter] = nil
        self.handle(.timeIsUp(waiter))
      }
    case .cancelTimer(let waiter): timers.removeValue(forKey: waiter)?.cancel()
    }
  }
}
