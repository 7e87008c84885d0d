// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The `changes` that may be held back until there is news.
extension SessionState {
  mutating func openPoll(_ query: ChangesQuery, _ bytes: Int, _ step: inout Step) {
    guard poll.open == nil else {
      let reason = "changes: one is open on this connection; wait for its answer, or open another connection"
      step.act(.refused(.changes, reason: reason))
      return answer(.error(reason), &step)
    }
    // A node that mints was reported with its lane when it introduced itself.
    if poll == .never, node == nil { step.act(.note(.followerCame)) }
    var query = query
    query.limit = min(query.limit, SessionLimits.pollRows)
    step.act(.openPoll(query))
    let wait = Duration.seconds(min(max(query.wait, 0), SessionLimits.longestPoll))
    poll = .waitingForRoom(OpenPoll(ticket: replies.reserve(bytes: bytes), deadline: step.now + wait))
    beginPoll(&step)
  }

  /// Looks for the first time, unless all sessions together hold too much.
  mutating func beginPoll(_ step: inout Step) {
    guard case .waitingForRoom(let open) = poll else { return }
    guard !step.moment.isCrowded else { return awaitRoom(&step) }
    poll = .looking(open)
    step.act(.look)
  }

  mutating func looked(_ hasNews: Bool, _ step: inout Step) {
    switch poll {
    case .looking(let open), .held(let open):
      guard !hasNews, step.now < open.deadline else { return answerPoll(open, &step) }
      poll = .held(open)
      step.act(.hold)
      if !timers.contains(.poll) { start(.poll, after: step.now.duration(to: open.deadline), &step) }
    case .ending(let open): answerPoll(open, &step)
    case .never, .waitingForRoom, .over: break
    }
  }

  /// Answers with what there is: its time is up, or the session takes up no more lines.
  mutating func endPoll(_ step: inout Step) {
    switch poll {
    case .waitingForRoom(let open):
      poll = .ending(open)
      step.act(.look)
    case .looking(let open): poll = .ending(open)
    // As of the last look. What has come since is for the next `changes`.
    case .held(let open): answerPoll(open, &step)
    case .never, .ending, .over: break
    }
  }

  private mutating func answerPoll(_ open: OpenPoll, _ step: inout Step) {
    poll = .over
    cancel(.poll, &step)
    step.act(.answerPoll(open.ticket))
  }

  /// The client is gone.
  mutating func leavePoll(_ step: inout Step) {
    guard poll.open != nil else { return }
    poll = .over
    cancel(.poll, &step)
    step.act(.leavePoll)
  }
}
