// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

@testable import PRNode
@testable import PRUpstream

/// What a process keeps of its upstreams: the router that the program has, and what its driver has.
///
/// The upstreams are the processes of the node above, each at an address of its own. One that has failed may count as absent
/// for a while.
struct SimulatedUpstreams {
  static let deadline = Duration.seconds(20)

  var router = UpstreamRouter(deadline: deadline)
  var answers: [UpstreamRouter.Waiter: (SimulatedProcess.Told) -> Void] = [:]
  var nextWaiter = 0
  var now = ContinuousClock.now
  var absent: Set<Int> = []
}

/// What the driver of an ``UpstreamRouter`` does: its actions, carried out between processes in memory.
extension SimulatedProcess {
  /// - Parameter time: how long the asker waits.
  func ask(
    _ question: UpstreamQuestion, within time: Duration = SimulatedUpstreams.deadline, answer: @escaping (Told) -> Void
  ) {
    upstreams.nextWaiter += 1
    upstreams.answers[upstreams.nextWaiter] = answer
    // An absence ends at some time.
    if federation.losesPatience() { upstreams.absent = [] }
    handle(.ask(upstreams.nextWaiter, question, within: time))
  }

  private func handle(_ event: UpstreamRouter.Event) {
    upstreams.now += federation.timePasses()
    for action in upstreams.router.handle(event, upstreams: availability, at: upstreams.now) { perform(action) }
  }

  private static func server(_ number: Int) -> Endpoint { .tcp(host: "upstream-\(number)", port: 1) }

  private var availability: [UpstreamAvailability] {
    (node.parent?.processes ?? []).indices.map { number in
      let server = Self.server(number)
      let isAbsent = upstreams.absent.contains(number)
      return UpstreamAvailability(server: server, absence: isAbsent ? .away(server, reason: "a failure") : nil)
    }
  }

  private func perform(_ action: UpstreamRouter.Action) {
    switch action {
    case .send(let question, let upstream, _, _): send(question, to: upstream)
    case .answer(let waiter, let outcome): upstreams.answers.removeValue(forKey: waiter)?(outcome)
    case .startTimer(let waiter, _):
      // A timer may fire at any time, and need not.
      if federation.losesPatience() { post { [self] in handle(.timeIsUp(waiter)) } }
    case .cancelTimer: break
    }
  }

  private func send(_ question: UpstreamQuestion, to upstream: Int) {
    let asking = life
    let server = Self.server(upstream)
    let call = SimulatedCall { [self] told in
      guard life == asking else { return }
      post { [self] in
        if case .failure = told { fail(upstream) }
        handle(.settled(question, told))
      }
    }
    guard !node.isCut, let above = node.parent?.processes, fault != .asksFirstUpstreamOnly || upstream == 0 else {
      return call.settle(.failure(.away(server, reason: "a cut")))
    }
    let peer = above[upstream]
    if federation.losesPatience() { post { call.settle(.failure(.timedOut(server, SimulatedUpstreams.deadline))) } }
    peer.serving.removeAll(where: \.isSettled)
    peer.serving.append(call)
    handle(.written(question))
    peer.post { [node] in
      guard !node.isCut else { return call.settle(.failure(.away(server, reason: "a cut"))) }
      peer.answer(question) { outcome in
        let told = outcome.mapError { _ in UpstreamError.refused(server, "as its flow says") }
        call.settle(node.isCut ? .failure(.away(server, reason: "a cut")) : told)
      }
    }
  }

  /// One of several may count as absent from now on. A cut concerns all of them, and is known as a cut.
  private func fail(_ upstream: Int) {
    guard !node.isCut, upstreams.absent.isEmpty, (node.parent?.processes.count ?? 0) > 1 else { return }
    upstreams.absent.insert(upstream)
  }

  private func answer(_ question: UpstreamQuestion, _ answer: @escaping (Result<UpstreamAnswer, Refused>) -> Void) {
    switch question {
    case .tuple(let tuple, _):
      lookUp(tuple) { [self] outcome in answer(outcome.map { $0.answer(at: level) }) }
    case .package(let package):
      greatest(of: package) { [self] outcome in
        answer(outcome.map { UpstreamAnswer(greatest: $0, values: [], level: level) })
      }
    }
  }
}

/// A question on its way: it is settled once, by the answer, the deadline or the end of the process that was asked.
final class SimulatedCall {
  private var answer: ((SimulatedProcess.Told) -> Void)?

  init(_ answer: @escaping (SimulatedProcess.Told) -> Void) { self.answer = answer }

  var isSettled: Bool { answer == nil }

  func settle(_ told: SimulatedProcess.Told) {
    answer?(told)
    answer = nil
  }
}
