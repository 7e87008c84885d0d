// SPDX-License-Identifier: Apache-2.0

/// What to do next with the feed of a node of ours: events come in, and actions go out.
struct FeedCourse: Hashable, Sendable {
  private(set) var state: State

  enum State: Hashable, Sendable {
    /// Rows go into the copy as they come: → `rebuilding`.
    case following
    /// The copy is of another feed: a fresh one is made beside it: → `following`.
    case rebuilding
  }

  enum Event: Hashable, Sendable {
    /// A connection stands.
    ///
    /// - `isOfThisStore`: the copy's position is one of this store's feed, or the copy has not begun.
    /// - `isRebuilding`: a fresh copy of this store's feed was under way when the last connection ended.
    case connected(isOfThisStore: Bool, isRebuilding: Bool)
    /// A page was applied.
    case applied(hasMore: Bool)
    /// Another process has moved the copy, or the fresh one; `isRebuilding`: a fresh one of this store is under way.
    case movedOn(isRebuilding: Bool)
    /// The feed does not have the position; `isRebuilding`: a fresh copy of this store is under way.
    case reset(isRebuilding: Bool)
  }

  enum Action: Hashable, Sendable {
    /// Ask for the rows behind the copy's position; `waits`: until there are some.
    case pull(waits: Bool)
    /// Begin a fresh copy, then ask for its first rows.
    case beginFresh
    /// Ask for the rows behind the fresh copy's position.
    case pullFresh
    /// Put the fresh copy in the copy's place.
    case swap
  }

  init() { state = .following }

  mutating func next(_ event: Event) -> Action {
    switch (state, event) {
    case (_, .connected(isOfThisStore: true, isRebuilding: false)):
      state = .following
      return .pull(waits: false)
    case (_, .connected(_, isRebuilding: true)):
      state = .rebuilding
      return .pullFresh
    case (.following, .reset(isRebuilding: true)):
      // Another process on the same file makes one. Two that began again for each other would never end.
      state = .rebuilding
      return .pullFresh
    case (_, .connected(isOfThisStore: false, isRebuilding: false)), (_, .reset):
      state = .rebuilding
      return .beginFresh
    case (.following, .applied(let hasMore)): return .pull(waits: !hasMore)
    case (.rebuilding, .applied(hasMore: true)), (.rebuilding, .movedOn(isRebuilding: true)): return .pullFresh
    case (.rebuilding, .applied(hasMore: false)):
      state = .following
      return .swap
    case (_, .movedOn):
      state = .following
      return .pull(waits: false)
    }
  }
}
