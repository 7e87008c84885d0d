// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// Follows the feed of a node of ours over one connection. A value without I/O: it takes events and returns the next actions.
///
/// Rows go into the copy as they come. If the copy is of another feed, a fresh copy is made beside it and takes its
/// place when it is whole. Another process on the same file may follow the same feed: the positions of both copies are read
/// before each question, and a page is written only from the position that it was asked from.
///
/// A driver feeds `begun`, carries out the actions in the order of the list, and feeds their results. A list with a write may
/// have a question too, which is to leave before the page is written. An event that the state does not expect changes nothing.
struct FeedSync: Hashable, Sendable {
  private let settings: Settings
  private(set) var state = State.idle
  /// Which copy the rows go into.
  private(set) var target = Target.copy
  private var progress = PullProgress()
  private var hasArrived = false
  /// An answer that was asked for while the page in front of it was written.
  private var ahead: Ahead?
  /// Where the last question asked for floors from.
  private var askedFloors = FloorPosition.start

  struct Settings: Hashable, Sendable {
    var server: Endpoint
    /// The store that the server has greeted with.
    var store: String
    /// The store of this node.
    var ownStore: String?
    /// How many rows are asked for at once.
    var page: Int
    /// How long the server may hold an answer back while there is nothing new, in seconds.
    var wait: Int
  }

  init(_ settings: Settings) { self.settings = settings }

  var upstreamStore: String { settings.store }

  enum Target: Hashable, Sendable {
    case copy
    /// One that is made beside the copy.
    case fresh
  }

  enum State: Hashable, Sendable {
    /// May become `locating`, `ended`.
    case idle
    /// The positions of both copies are read. May become `asking`, `writing`, `locating`, `beginning`, `completing`, `swapping`,
    /// `ended`; `asking` alone where no answer came ahead.
    case locating(Purpose)
    /// A fresh copy is begun. May become `locating`.
    case beginning
    /// The server has a question, put from these positions. May become `writing`, `locating`, `beginning`, `completing`,
    /// `swapping`, `ended`.
    case asking(Positions)
    /// A page is written. May become `locating`, `completing`, `swapping`.
    case writing(Writing)
    /// The fresh copy takes the place of the copy. May become `locating`.
    case swapping
    /// The copy is marked as whole, for the first time over this connection. May become `locating`.
    case completing
    /// Nothing follows.
    case ended
  }

  enum Purpose: Hashable, Sendable {
    /// A connection stands.
    case begin
    /// The next question.
    case ask(waits: Bool)
    /// Another process has moved the copy, or the fresh one.
    case findAgain
  }

  /// Where the copies are in feeds; nil where one has not begun.
  struct Positions: Hashable, Sendable {
    var copy: FeedPosition?
    var fresh: FeedPosition?
    /// Where the floors are that are known of an upstream.
    var floors: FeedPosition?
  }

  struct Writing: Hashable, Sendable {
    var page: FeedPage
    var isUseful: Bool
    var outcome: CopyOutcome?
    /// The question for the next page has left and is not answered.
    var isAsking: Bool
  }

  struct Ahead: Hashable, Sendable {
    var start: FeedPosition
    var floors: FloorPosition
    var reply: Result<Reply, SyncError>
  }

  enum Reply: Hashable, Sendable {
    /// - Parameters:
    ///   - digest: computed over the rows, from the digest of the position that was asked from.
    ///   - floorDigest: computed over the floors, from the digest of where they begin; nil where there are none.
    ///   - waited: for how long the answer was held back; nil when it was asked for at once.
    case page(ChangesAnswer.Page, digest: FeedDigest, floorDigest: FeedDigest?, waited: Duration?)
    case reset(String)
  }

  enum Event: Hashable, Sendable {
    case begun
    /// The result of `locate`.
    case located(Positions)
    /// The result of `ask`.
    case answered(Result<Reply, SyncError>)
    /// The result of `write`.
    case written(CopyOutcome)
    /// The result of `beginFresh`.
    case freshBegun
    /// The result of `swap`: how many rows the copy had that the fresh one has not; nil when another process was faster.
    case swapped(vanished: Int?)
    /// The result of `complete`: how many rows the copy has.
    case completed(rows: Int)
  }

  enum Action: Hashable, Sendable {
    case locate
    /// Asks for the rows behind a position.
    case ask(ChangesQuery, from: FeedPosition?)
    /// Raises the floors that have come with a page.
    case raise(FloorPage)
    /// Writes a page, if the copy is at the position.
    case write(FeedPage, from: FeedPosition?, Target)
    case beginFresh
    /// Puts the fresh copy in the copy's place.
    case swap
    /// Marks the copy as whole.
    case complete
    case note(SyncNote)
    /// Ends the connection.
    case fail(SyncError)
  }
}

// MARK: Events

extension FeedSync {
  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun): settings.store == settings.ownStore ? fail(.ownStore(settings.server)) : locate(.begin)
    case (.locating(let purpose), .located(let positions)): located(positions, purpose)
    case (.beginning, .freshBegun): locate(.ask(waits: false))
    case (.asking(let positions), .answered(let reply)): take(reply, at: positions)
    case (.writing(let writing), .written(let outcome)) where writing.outcome == nil: advance(writing, outcome)
    case (.writing(let writing), .answered(let reply)) where writing.isAsking && ahead == nil:
      answeredAhead(writing, reply)
    case (.swapping, .swapped(let vanished)): swapped(vanished)
    case (.completing, .completed(let rows)): [.note(.complete(rows: rows))] + locate(.ask(waits: true))
    case (.idle, _), (.locating, _), (.beginning, _), (.asking, _), (.writing, _), (.swapping, _), (.completing, _),
      (.ended, _):
      []
    }
  }

  private mutating func fail(_ error: SyncError) -> [Action] {
    state = .ended
    return [.fail(error)]
  }

  private mutating func locate(_ purpose: Purpose) -> [Action] {
    state = .locating(purpose)
    return [.locate]
  }

  private mutating func located(_ positions: Positions, _ purpose: Purpose) -> [Action] {
    switch purpose {
    case .begin:
      if isRebuilding(positions) {
        // It was under way when the last connection ended.
        target = .fresh
      } else if let copy = positions.copy, copy.store != settings.store {
        return [.note(.reset(reason: FeedReset.store.rawValue))] + beginFresh()
      }
      return ask(at: positions, waits: false)
    case .ask(let waits): return ask(at: positions, waits: waits)
    case .findAgain:
      target = target == .fresh && isRebuilding(positions) ? .fresh : .copy
      return ask(at: positions, waits: false)
    }
  }

  /// A fresh copy of this store's feed is under way.
  private func isRebuilding(_ positions: Positions) -> Bool { positions.fresh?.store == settings.store }

  private mutating func beginFresh() -> [Action] {
    (target, state) = (.fresh, .beginning)
    return [.beginFresh]
  }

  private mutating func ask(at positions: Positions, waits: Bool) -> [Action] {
    let start = start(in: positions)
    let early = ahead
    ahead = nil
    if let early, early.start == start {
      askedFloors = early.floors
      return take(early.reply, at: positions)
    }
    state = .asking(positions)
    return [question(from: start, floors: floors(in: positions), waits: waits)]
  }

  /// The floors of another store are taken from their start.
  private func floors(in positions: Positions) -> FloorPosition {
    guard let known = positions.floors, known.store == settings.store else { return .start }
    return FloorPosition(serial: known.serial, digest: known.digest)
  }

  private func start(in positions: Positions) -> FeedPosition? { target == .fresh ? positions.fresh : positions.copy }

  private mutating func question(from start: FeedPosition?, floors: FloorPosition, waits: Bool) -> Action {
    askedFloors = floors
    return .ask(
      ChangesQuery(
        store: start?.store, after: start?.serial ?? 0, digest: start?.digest.description ?? "", limit: settings.page,
        floors: floors, wait: waits ? settings.wait : 0),
      from: start)
  }

  private mutating func swapped(_ vanished: Int?) -> [Action] {
    target = .copy
    return (vanished.map { [.note(.swapped(vanished: $0))] } ?? []) + locate(.ask(waits: false))
  }
}

// MARK: Answers

extension FeedSync {
  private mutating func take(_ reply: Result<Reply, SyncError>, at positions: Positions) -> [Action] {
    switch reply {
    case .failure(let error): return fail(error)
    case .success(.reset(let reason)):
      // Another process on the same file makes a fresh copy. Two that began again for each other would never end.
      let joins = target == .copy && isRebuilding(positions)
      target = .fresh
      return [.note(.reset(reason: reason))] + (joins ? locate(.ask(waits: false)) : beginFresh())
    case .success(.page(let page, let digest, let floorDigest, let waited)):
      let start = start(in: positions)
      do throws(SyncError) {
        var checked = try check(page, digest, from: start)
        checked.floors = try page.floors?.checked(floorDigest, from: askedFloors, by: settings.server)
        checked.hasMore = page.hasMore || page.floors?.hasMore ?? false
        return try take(checked, page.progress(from: start, waited: waited), from: start, of: page.rows.count)
      } catch {
        return fail(error)
      }
    }
  }

  /// Believes a page whose rows have the digest that came with it.
  private func check(
    _ page: ChangesAnswer.Page, _ digest: FeedDigest, from start: FeedPosition?
  ) throws(SyncError) -> FeedPage {
    guard let position = page.end(from: start) else { throw .nonsense(settings.server) }
    guard digest == position.digest else { throw .digest(settings.server) }
    // Their digest is part of the position: the feed is followed past rows that are not copied.
    return FeedPage(position: position, rows: page.rows.filter(\.isWithinLimits), hasMore: page.hasMore)
  }

  private mutating func take(
    _ page: FeedPage, _ brought: PullProgress.Page, from start: FeedPosition?, of rows: Int
  ) throws(SyncError) -> [Action] {
    let notes: [Action] = page.rows.count < rows ? [.note(.passedOver(rows: rows - page.rows.count))] : []
    let verdict = progress.take(brought, limit: settings.page)
    guard verdict != .stuck else { return notes + fail(.noProgress(settings.server)) }
    let raises = page.floors.map { $0.floors.isEmpty ? [] : [Action.raise($0)] } ?? []
    // A page without rows leaves the position as it is.
    if let start, start == page.position {
      let writing = Writing(page: page, isUseful: verdict == .useful, isAsking: false)
      return notes + raises + advance(writing, .applied(news: 0))
    }
    state = .writing(Writing(page: page, isUseful: verdict == .useful, isAsking: page.hasMore))
    // While a page is written the next one is on its way.
    let floors = page.floors?.position ?? askedFloors
    let next = page.hasMore ? [question(from: page.position, floors: floors, waits: false)] : []
    return notes + raises + [.write(page, from: start, target)] + next
  }

  private mutating func answeredAhead(_ writing: Writing, _ reply: Result<Reply, SyncError>) -> [Action] {
    ahead = Ahead(start: writing.page.position, floors: askedFloors, reply: reply)
    return writing.outcome.map { advance(writing, $0) } ?? []
  }

  /// Goes on when the page is written, and the question for the next one is answered if there was one.
  private mutating func advance(_ writing: Writing, _ outcome: CopyOutcome) -> [Action] {
    guard !writing.isAsking || ahead != nil else {
      var writing = writing
      writing.outcome = outcome
      state = .writing(writing)
      return []
    }
    let notes: [Action] = writing.isUseful ? [.note(.worked)] : []
    guard case .applied(let news) = outcome else { return notes + locate(.findAgain) }
    return notes + [.note(.applied(news: target == .fresh ? 0 : news))] + written(writing.page)
  }

  private mutating func written(_ page: FeedPage) -> [Action] {
    switch target {
    case _ where page.hasMore: return locate(.ask(waits: false))
    case .fresh:
      state = .swapping
      return [.swap]
    case .copy:
      let arrived = Action.note(.arrived(page.position))
      if hasArrived { return [arrived] + locate(.ask(waits: true)) }
      (hasArrived, state) = (true, .completing)
      return [arrived, .complete]
    }
  }
}
