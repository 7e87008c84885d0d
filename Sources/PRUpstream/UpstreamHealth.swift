// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// How a node fares with one of its upstreams.
package struct UpstreamHealth: Sendable {
  package let server: Endpoint
  /// What it said of itself when it was last connected.
  package var description: PeerDescription?
  /// Why nothing is asked; nil while all is well.
  package var problem: String?
  /// Since when it is as it is; nil before the first connection.
  package var since: ContinuousClock.Instant?
  /// Questions put to it, and how many of them had no answer.
  package var asked = 0
  package var failed = 0

  init(server: Endpoint) { self.server = server }
}

/// What happens to an upstream, for the log.
package enum UpstreamEvent: Sendable {
  /// It is connected and has said what it is.
  case greeted(Endpoint, PeerDescription)
  /// Nothing is asked any more until a probe is answered.
  case lost(Endpoint, reason: String)
  /// It is away for another reason now.
  case stillAway(Endpoint, reason: String)
  /// It answers again.
  case back(Endpoint, after: Duration, failedQuestions: Int)
  /// Another node below it whose lane overlaps with this one's; nil: there is none.
  case rival(Endpoint, LaneRival?)
  /// How its clock compares with this node's; nil where it does not tell.
  case clock(Endpoint, ClockDifference?)
  /// It was asked by way of itself: from its store back to its store.
  case looping(Endpoint, QuestionPath)
  /// It answers, and refuses questions.
  case refusing(Endpoint, String)
  /// It answers, and an answer cannot be believed.
  case doubtful(Endpoint, reason: String)
  /// It answers, and one question is not put to it for a while.
  case setAside(Endpoint, question: String, reason: String, for: Duration)
}
