// SPDX-License-Identifier: Apache-2.0

/// How far the `changes` of a session has come. There is one at a time: its answer may be large, and may be long in coming.
enum PollState: Hashable, Sendable {
  /// No `changes` has come. → `waitingForRoom`, `looking`
  case never
  /// All sessions together hold so much that no answer is made. → `looking`, `ending`, `over`
  case waitingForRoom(OpenPoll)
  /// The first look for rows is under way. → `held`, `ending`, `over`
  case looking(OpenPoll)
  /// There was nothing new. → `held` after a further look, `over`
  case held(OpenPoll)
  /// What the look under way finds is the answer, whatever it is. → `over`
  case ending(OpenPoll)
  /// It has its answer. → `waitingForRoom`, `looking` with the next one
  case over

  /// The one that has no answer.
  var open: OpenPoll? {
    switch self {
    case .waitingForRoom(let poll), .looking(let poll), .held(let poll), .ending(let poll): poll
    case .never, .over: nil
    }
  }
}

/// A `changes` without an answer.
struct OpenPoll: Hashable, Sendable {
  /// Its place in the order of replies.
  let ticket: SessionState.Ticket
  /// It is held back no longer.
  let deadline: SessionState.Instant
}
