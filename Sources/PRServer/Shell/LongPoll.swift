// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRStore
import PRWire

/// A `changes` that may be held back until there is news. It lives on its session's event loop.
final class LongPoll {
  private let session: SessionHandler
  private let ticket: ReplyQueue<SessionReply>.Ticket
  private let position: FeedPosition?
  private let limit: Int
  private let deadline: NIODeadline
  private let loop: any EventLoop
  private var watch: Int?
  private var clock: Scheduled<Void>?
  /// Rows have come since the last look began.
  private var isWoken = false
  private var isLooking = false
  private(set) var isOver = false

  /// More rows than this are not put into one answer, however many are asked for.
  static let mostRows = 8192
  private static let longestWait = 600

  init(
    _ query: ChangesQuery, for session: SessionHandler, ticket: ReplyQueue<SessionReply>.Ticket, on loop: any EventLoop
  ) {
    self.session = session
    self.ticket = ticket
    self.loop = loop
    // A digest that is none is no digest of this feed's.
    position = query.store.map { store in
      FeedPosition(store: store, serial: query.after, digest: FeedDigest(query.digest) ?? .start)
    }
    limit = min(query.limit, Self.mostRows)
    deadline = .now() + .seconds(Int64(clamping: min(query.wait, Self.longestWait)))
  }

  func begin() { look() }

  /// Answers with what there is: the server stops, or the peer has gone.
  func end() {
    guard !isOver else { return }
    isWoken = false
    clock?.cancel()
    if !isLooking { look(isLast: true) }
  }

  private func look(isLast: Bool = false) {
    isLooking = true
    isWoken = false
    let isLast = isLast || deadline <= .now()
    if !isLast { waitForRows() }
    let poll = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    session.desk.node.changes(after: position, limit: limit) { outcome in
      loop.execute { poll.value.take(outcome, isLast: isLast) }
    }
  }

  /// Before the look: a row that comes between the two is not missed.
  private func waitForRows() {
    let poll = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    if let watch { session.desk.node.store.stopWaiting(watch) }
    watch = session.desk.node.store.waitForRows { loop.execute { poll.value.wake() } }
  }

  private func wake() {
    watch = nil
    guard !isOver else { return }
    if isLooking { isWoken = true } else { look() }
  }

  private func take(_ outcome: Result<FeedAnswer, NodeError>, isLast: Bool) {
    isLooking = false
    guard case .success(.page(let page)) = outcome, page.rows.isEmpty, !page.hasMore, !isLast, !session.isFinishing
    else { return answer(outcome) }
    if isWoken { return look() }
    clock?.cancel()
    let poll = NIOLoopBound(self, eventLoop: loop)
    clock = loop.scheduleTask(deadline: deadline) { poll.value.end() }
  }

  private func answer(_ outcome: Result<FeedAnswer, NodeError>) {
    isOver = true
    clock?.cancel()
    if let watch { session.desk.node.store.stopWaiting(watch) }
    session.fill(ticket, .changes, with: outcome.map { .changes(ChangesAnswer($0)) })
  }
}

extension ChangesAnswer {
  fileprivate init(_ answer: FeedAnswer) {
    switch answer {
    case .reset(let reset): self = .reset(reset.rawValue)
    case .page(let page):
      self = .page(
        Page(
          store: page.position.store, last: page.position.serial, digest: page.position.digest.description,
          hasMore: page.hasMore, rows: page.rows))
    }
  }
}
