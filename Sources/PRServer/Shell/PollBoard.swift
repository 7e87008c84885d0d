// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRNode
import PRRevision
import PRStore
import PRWire

/// The `changes` of one event loop that wait for rows.
///
/// The store wakes the board once for all of them. They look a few at a time, so that a builder's request does not wait
/// for a thousand followers, and those that stand at the same place share one look and one answer.
///
/// Not `Sendable`: it lives on its event loop's thread.
final class PollBoard {
  private let node: Node
  private let loop: any EventLoop
  /// The looks take turns with other reads as those of one client.
  private let client = ReadClient()
  private var polls: [Int: LongPoll] = [:]
  private var turns = PollTurns()
  private var numbers = 0
  private var watch: Int?
  private var isBatchPlanned = false

  /// So many look at once, and after so long the next ones do.
  private static let batch = 8
  private static let pause = TimeAmount.milliseconds(1)

  /// What a look has found.
  final class Found {
    let outcome: Result<FeedAnswer, NodeError>
    /// How often rows had left the feed before the look, at least.
    let removals: Int64
    /// Made once for all polls that share it.
    private(set) lazy var answer: Result<EncodedMessage, NodeError> = outcome.map {
      EncodedMessage(.changes(ChangesAnswer($0)))
    }

    init(_ outcome: Result<FeedAnswer, NodeError>, removals: Int64) {
      self.outcome = outcome
      self.removals = removals
    }

    /// Whether it may not be held back.
    var hasNews: Bool {
      guard case .success(.page(let page)) = outcome else { return true }
      return page.hasNews
    }
  }

  init(_ node: Node, on loop: any EventLoop) {
    self.node = node
    self.loop = loop
  }

  /// From now on no row is missed. To be called before the first look.
  ///
  /// - Returns: the number of the poll here, and what its look is known to see at least.
  func enter(_ poll: LongPoll) -> (number: Int, removals: Int64) {
    numbers += 1
    polls[numbers] = poll
    watchForRows()
    return (numbers, node.store.announcedMark?.removals ?? -1)
  }

  /// The poll's look has found nothing behind a place.
  func wait(_ number: Int, at place: PollTurns.Place) {
    turns.wait(number, at: place)
    planBatch()
  }

  func leave(_ number: Int) {
    polls[number] = nil
    turns.leave(number)
    guard polls.isEmpty, let watch else { return }
    node.store.stopWaiting(watch)
    self.watch = nil
  }

  private func watchForRows() {
    guard watch == nil else { return }
    let board = NIOLoopBound(self, eventLoop: loop)
    let loop = loop
    watch = node.store.waitForRows { loop.execute { board.value.wake() } }
  }

  private func wake() {
    watch = nil
    guard !polls.isEmpty else { return }
    watchForRows()
    guard let mark = node.store.announcedMark else { return }
    turns.announce(PollTurns.Place(serial: mark.serial, removals: mark.removals, floors: mark.floors))
    planBatch()
  }

  private func planBatch() {
    guard !isBatchPlanned, turns.hasDue else { return }
    isBatchPlanned = true
    let board = NIOLoopBound(self, eventLoop: loop)
    loop.execute { board.value.runBatch() }
  }

  private func runBatch() {
    var groups: [(question: Question, numbers: [Int])] = []
    for number in turns.next(atMost: Self.batch) {
      guard let poll = polls[number] else { continue }
      if let index = groups.firstIndex(where: { $0.question == poll.question }) {
        groups[index].numbers.append(number)
      } else {
        groups.append((poll.question, [number]))
      }
    }
    for group in groups { look(group.question, for: group.numbers) }
    guard turns.hasDue else {
      isBatchPlanned = false
      return
    }
    let board = NIOLoopBound(self, eventLoop: loop)
    loop.scheduleTask(in: Self.pause) { board.value.runBatch() }
  }

  /// What polls that share an answer have in common.
  struct Question: Hashable, Sendable {
    let position: FeedPosition?
    /// Nil where no floors are asked for.
    let floors: FloorPosition?
    let limit: Int
    let origins: Bool
  }

  private func look(_ question: Question, for numbers: [Int]) {
    let board = NIOLoopBound(self, eventLoop: loop)
    let (loop, removals) = (loop, node.store.announcedMark?.removals ?? -1)
    node.changes(
      after: question.position, floors: question.floors, limit: question.limit, origins: question.origins, for: client
    ) { outcome in
      loop.execute { board.value.take(Found(outcome, removals: removals), for: numbers) }
    }
  }

  private func take(_ found: Found, for numbers: [Int]) {
    for number in numbers { polls[number]?.take(found) }
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
          hasMore: page.hasMore, rows: page.rows, floors: page.floors, origins: page.origins))
    }
  }
}
