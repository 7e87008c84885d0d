// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// The `changes` that is open on a session: its looks for rows, and its place on the board. It lives on its session's event
/// loop.
final class LongPoll {
  let question: PollBoard.Question
  /// What the last look has found.
  private(set) var found: PollBoard.Found?
  private let session: SessionHandler
  private let loop: any EventLoop
  private let board: PollBoard
  /// Its number on the board.
  private var number = 0

  init(_ query: ChangesQuery, for session: SessionHandler, on loop: any EventLoop) {
    self.session = session
    self.loop = loop
    board = session.desk.polls
    // A digest that is none is no digest of this feed's.
    let position = query.store.map { store in
      FeedPosition(store: store, serial: query.after, digest: FeedDigest(query.digest) ?? .start)
    }
    question = PollBoard.Question(position: position, floors: query.floors, limit: query.limit, origins: query.origins)
  }

  /// The first look. Later ones are the board's.
  func look() {
    let removals: Int64
    // Before the look: a row that comes between the two is not missed.
    (number, removals) = board.enter(self)
    let poll = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    session.desk.node.changes(
      after: question.position, floors: question.floors, limit: question.limit, origins: question.origins,
      for: session.client
    ) { outcome in
      loop.execute { poll.value.take(PollBoard.Found(outcome, removals: removals)) }
    }
  }

  /// Takes what a look has found.
  func take(_ found: PollBoard.Found) {
    // It may have its answer already, and another one may be open.
    guard session.poll === self else { return }
    self.found = found
    session.handle(.looked(hasNews: found.hasNews))
  }

  /// Waits for rows behind those that the last look has seen.
  func hold() {
    guard case .success(.page(let page)) = found?.outcome else { return }
    board.wait(
      number,
      at: PollTurns.Place(
        serial: page.position.serial, removals: found?.removals ?? 0, floors: page.floors?.position.serial))
  }

  func leave() { board.leave(number) }
}
