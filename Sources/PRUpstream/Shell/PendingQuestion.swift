// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision

/// A question from the moment it is asked to the moment it is settled. It lives on its event loop.
final class PendingQuestion {
  let question: UpstreamQuestion
  let deadline: NIODeadline
  /// The connection it went out on; nil while there is none.
  var line: OpenLine?
  var sentAt = NIODeadline.now()
  /// Its connection ended while it was the next to be answered. It is asked once more over a connection of its own.
  var isSuspect = false
  private let promise: EventLoopPromise<UpstreamAnswer>
  private(set) var isSettled = false

  /// To be called when it is written to a connection.
  let left: () -> Void

  init(_ question: UpstreamQuestion, within time: Duration, left: @escaping () -> Void, on loop: any EventLoop) {
    self.question = question
    self.left = left
    deadline = .now() + TimeAmount(time)
    promise = loop.makePromise()
  }

  var answer: EventLoopFuture<UpstreamAnswer> { promise.futureResult }

  var remaining: Duration { .nanoseconds(max((deadline - .now()).nanoseconds, 0)) }

  /// - Returns: false when it was settled before.
  @discardableResult
  func settle(_ outcome: Result<UpstreamAnswer, UpstreamError>) -> Bool {
    guard !isSettled else { return false }
    isSettled = true
    promise.completeWith(outcome.mapError { $0 })
    return true
  }
}
