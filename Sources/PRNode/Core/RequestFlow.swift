// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How one request is served, as a value that does no I/O.
///
/// A driver feeds the first event, `begun`, and carries out the actions in the order of the list. At most one action of a
/// list has an event as its result, and it is the last one; the driver feeds that event when it is there. The answer is the
/// last action of a request. An event that the state does not expect changes nothing.
///
/// A flow decides whether and when the upstream is asked, what its answer or its failure means, what is kept and what is
/// answered. It does not contain the node's level: an answer to another request may change the level at any time, so that
/// the rule takes the level that the node has when the action is carried out.
protocol RequestFlow: Sendable {
  associatedtype State: Hashable & Sendable
  associatedtype Event: Hashable & Sendable
  associatedtype Action: Hashable & Sendable

  var state: State { get }

  mutating func handle(_ event: Event) -> [Action]
}

/// Why a request has no answer. A flow passes the causes on and reads nothing of them but ``UpstreamFailure``.
protocol RequestFailure: Error, Hashable {
  associatedtype StoreFailure: Error & Hashable
  associatedtype UpstreamCause: UpstreamFailure

  static func store(_ cause: StoreFailure) -> Self
  static func refused(_ refusal: Refusal, _ tuple: TupleKey) -> Self
  static func notFrozen(_ tuple: TupleKey) -> Self
  static func upstreamAway(_ cause: UpstreamCause) -> Self
  static var upstreamIncomplete: Self { get }
  static func beyondUpstream(_ cause: UpstreamCause) -> Self
}

/// Why an upstream gave no answer.
protocol UpstreamFailure: Error, Hashable {
  /// The question is longer than the upstream takes: it has no answer at any time.
  var isBeyondLimit: Bool { get }
}
