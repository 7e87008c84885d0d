// SPDX-License-Identifier: Apache-2.0

/// Which generation of a server serves, which one gets ready and which one ends; and what SIGHUP, a stop and a failure
/// mean meanwhile.
///
/// In every state:
///
/// - At most two generations are there. No options are read while there are two.
/// - One generation mints at most: the next one begins when the one before has made room, or has ended.
/// - A generation that was started is waited for. One that was built and not started is discarded.
/// - After a stop, or once the generation that serves has ended by itself, no generation begins and READY is not sent.
///
/// The event that follows the action `introduce` or `reread` is its result.
struct ReloadState<Cause: Hashable & Sendable>: Hashable, Sendable {
  /// Names a generation. A later one has a greater number.
  typealias GenerationID = Int

  var state = State.idle
  /// The generation that was built last.
  var newest = Self.first

  static var first: GenerationID { 1 }

  /// A generation that may come to serve.
  struct Member: Hashable, Sendable {
    let id: GenerationID
    /// Where its addresses are written while it serves.
    let readyFile: String?
  }

  /// What follows when a reload is over.
  enum Afterwards: Hashable, Sendable {
    case serve
    /// A SIGHUP came meanwhile. Several are one.
    case reload
  }

  /// Each state but `idle` and `ended` may also become `stopping` at a stop, and `ending` when the generation that
  /// serves ends by itself; or `ended` at once if nothing else is left.
  enum State: Hashable, Sendable {
    /// Nothing was started. May become `starting`.
    case idle
    /// The first generation gets ready. May become `introducing`.
    case starting(Member, then: Afterwards)
    /// May become `reading`.
    case serving(Member)
    /// Options are read. May become `rereading`, `building`, `serving`.
    case reading(Member, then: Afterwards)
    /// The options are the same, and certificates are read. May become `serving`, `reading`.
    case rereading(Member, then: Afterwards)
    /// The next generation is built. May become `preparing`, `serving`, `reading`.
    case building(Member, GenerationID, then: Afterwards)
    /// The next generation gets ready. May become `introducing`, `serving`, `reading`.
    case preparing(Member, after: Member, then: Afterwards)
    /// The addresses of a generation are published. May become `switching`, `undoing`; after the first one, `serving`,
    /// `reading`, `ending`.
    case introducing(Member, after: Member?, then: Afterwards)
    /// The next generation is ready, and waits until the old one has made room. May become `draining`, `serving`,
    /// `reading`.
    case switching(to: Member, from: GenerationID, then: Afterwards)
    /// The next generation serves, and the old one answers what it has begun. May become `serving`, `reading`.
    case draining(Member, GenerationID, then: Afterwards)
    /// The next generation was refused when it was ready, and ends. May become `serving`, `reading`.
    case undoing(Member, GenerationID, then: Afterwards)
    /// The generation that served has ended by itself, and the others are waited for. May become `stopping`, `ended`.
    case ending(Shutdown)
    /// A stop has come, which reaches each generation by itself. May become `ended`.
    case stopping(Shutdown)
    /// Nothing follows.
    case ended
  }

  mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .started(let readyFile)):
      state = .starting(Member(id: newest, readyFile: readyFile), then: .serve)
      return [.start(newest)]
    case (.introducing(let next, let old, let then), .introduced(let id, let outcome)) where id == next.id:
      return introduced(next, old, then, outcome)
    case (.rereading(let own, let then), .reread(let outcome)): return reread(own, then, outcome)
    case (.idle, _), (.introducing, _), (.rereading, _), (.ended, _): return []
    case (.ending(let shutdown), .stop):
      state = .stopping(shutdown)
      return [.notify(.stopping)]
    case (.ending(let shutdown), _): return shutDown(shutdown, event, State.ending)
    case (.stopping(let shutdown), _): return shutDown(shutdown, event, State.stopping)
    case (_, .stop):
      state = .stopping(Shutdown(state))
      return [.notify(.stopping)]
    case (.serving(let own), .hangup): return settle(own, .reload)
    case (_, .hangup):
      state.remindOfHangup()
      return []
    case (_, .ended(let id, let cause)): return ended(id, cause)
    default: return advance(event)
    }
  }

  /// A reload, as long as nothing ends that should not.
  private mutating func advance(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.starting(let first, let then), .ready(let id)) where id == first.id:
      state = .introducing(first, after: nil, then: then)
      return [.introduce(first.id, after: nil)]
    case (.reading(let own, let then), .renewed(let outcome)): return renewed(own, then, outcome)
    case (.building(let own, let next, let then), .built(let id, let outcome)) where id == next:
      return built(own, id, then, outcome)
    case (.preparing(let next, let old, let then), .ready(let id)) where id == next.id:
      state = .introducing(next, after: old, then: then)
      return [.introduce(next.id, after: old.id)]
    case (.switching(let next, let old, let then), .madeRoom(let id)) where id == old:
      state = .draining(next, old, then: then)
      return takeOver(next)
    default: return []
    }
  }
}

extension ReloadState.State {
  /// A reload begins when the one that is under way is over.
  fileprivate mutating func remindOfHangup() {
    switch self {
    case .starting(let first, _): self = .starting(first, then: .reload)
    case .reading(let own, _): self = .reading(own, then: .reload)
    case .building(let own, let id, _): self = .building(own, id, then: .reload)
    case .preparing(let next, let own, _): self = .preparing(next, after: own, then: .reload)
    case .switching(let next, let old, _): self = .switching(to: next, from: old, then: .reload)
    case .draining(let own, let old, _): self = .draining(own, old, then: .reload)
    case .undoing(let own, let next, _): self = .undoing(own, next, then: .reload)
    case .idle, .serving, .rereading, .introducing, .ending, .stopping, .ended: break
    }
  }
}
