// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// A `changes` that may be held back until there is news. It lives on its session's event loop.
final class LongPoll {
  let question: PollBoard.Question
  private let session: SessionHandler
  private let ticket: ReplyQueue<SessionReply>.Ticket
  private let deadline: NIODeadline
  private let loop: any EventLoop
  private let board: PollBoard
  private var clock: Scheduled<Void>?
  private var state = State.looking

  private enum State {
    /// Other connections hold so much that no answer is made: → `looking`, `over`.
    case waitingForRoom
    /// The first look is under way: → `held`, `over`.
    case looking
    /// It was ended: the read that is under way is the answer: → `over`.
    case ending
    /// There was nothing new. The number is the board's: → `held`, `over`.
    case held(FeedAnswer)
    case over
  }

  /// Its number on the board.
  private var number = 0

  /// More rows than this are not put into one answer, however many are asked for.
  static let mostRows = 1024
  private static let longestWait = 600

  init(
    _ query: ChangesQuery, for session: SessionHandler, ticket: ReplyQueue<SessionReply>.Ticket, on loop: any EventLoop
  ) {
    self.session = session
    self.ticket = ticket
    self.loop = loop
    board = session.desk.polls
    // A digest that is none is no digest of this feed's.
    let position = query.store.map { store in
      FeedPosition(store: store, serial: query.after, digest: FeedDigest(query.digest) ?? .start)
    }
    question = PollBoard.Question(position: position, limit: min(query.limit, Self.mostRows))
    deadline = .now() + .seconds(Int64(clamping: min(query.wait, Self.longestWait)))
  }

  var isOver: Bool {
    if case .over = state { true } else { false }
  }

  func begin() {
    guard !session.desk.flight.isCrowded else {
      state = .waitingForRoom
      return session.awaitRoom()
    }
    look()
  }

  /// Begins if it has waited for that.
  func beginWithRoom() {
    guard case .waitingForRoom = state else { return }
    begin()
  }

  private func look() {
    state = .looking
    let removals: Int64
    // Before the look: a row that comes between the two is not missed.
    (number, removals) = board.enter(self)
    let poll = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    session.desk.node.changes(after: question.position, limit: question.limit, for: session.client) { outcome in
      loop.execute { poll.value.take(outcome, removals: removals) { PollBoard.Answer(outcome) } }
    }
  }

  /// Answers with what there is: its time is up, the server stops, or the peer has gone.
  func end() {
    switch state {
    case .ending, .over: break
    case _ where session.client.isGone: leave()
    case .waitingForRoom:
      look()
      state = .ending
    case .looking: state = .ending
    case .held(let nothing):
      state = .ending
      // As of the last look. What has come since is for the next question. Not at once: the session may be in the middle
      // of its lines.
      let poll = NIOLoopBound(self, eventLoop: loop)
      loop.execute { poll.value.take(.success(nothing), removals: 0) { PollBoard.Answer(.success(nothing)) } }
    }
  }

  /// Takes what a look has found.
  ///
  /// - Parameters:
  ///   - removals: how often rows had left the feed before the look, at least.
  ///   - answer: the answer that follows from it.
  func take(_ outcome: Result<FeedAnswer, NodeError>, removals: Int64, answer found: () -> PollBoard.Answer) {
    guard !isOver else { return }
    guard case .success(.page(let page)) = outcome, page.rows.isEmpty, !page.hasMore, !mustAnswer else {
      return answer(found())
    }
    state = .held(.page(page))
    board.wait(number, at: page.position.serial, removals: removals)
    guard clock == nil else { return }
    let poll = NIOLoopBound(self, eventLoop: loop)
    clock = loop.scheduleTask(deadline: deadline) { poll.value.end() }
  }

  private var mustAnswer: Bool {
    if case .ending = state { return true }
    return deadline <= .now() || session.isFinishing
  }

  private func answer(_ answer: PollBoard.Answer) {
    leave()
    session.fill(ticket, with: answer)
  }

  private func leave() {
    state = .over
    clock?.cancel()
    board.leave(number)
  }
}
