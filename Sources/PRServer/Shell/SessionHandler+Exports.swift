// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRStore
import PRWire

/// Exports, page by page as the peer takes them.
extension SessionHandler {
  func askForPage(_ progress: ExportProgress) {
    guard !isPageWanted else { return }
    guard !desk.flight.isCrowded else { return awaitRoom() }
    isPageWanted = true
    progress.pace.pageWanted(at: desk.time)
    desk.node.page(
      of: progress.query.filter, from: progress.cursor, for: client,
      answer: callback { session, outcome in session.takePage(progress, outcome) })
  }

  private func takePage(_ progress: ExportProgress, _ outcome: Result<RowPage, NodeError>) {
    switch outcome {
    case .success(let page):
      let wasLast = progress.take(page, into: &out)
      if wasLast { replies.removeFirst() }
      flush()
      let rest = wasLast ? 0 : progress.pace.rest(at: desk.time)
      guard rest > 0, let context else { return goOn() }
      timers.start(.page, after: .nanoseconds(rest), on: context.eventLoop, bound(context)) { $0.goOn() }
    case .failure(let error):
      isPageWanted = false
      complain("refused", "an export was cut short: \(error)", level: .error)
      replies.removeFirst()
      // Half a message cannot be taken back: only its end tells the peer that it is no whole one.
      guard !progress.hasBegun else { return close() }
      Response.error(error.description).writeMessage(to: &out)
    }
  }

  private func goOn() {
    isPageWanted = false
    moveReplies()
  }
}
