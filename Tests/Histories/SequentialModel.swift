// SPDX-License-Identifier: Apache-2.0

/// What one node promises for one package when it is asked one thing after the other.
package protocol SequentialModel: Sendable {
  associatedtype State: Hashable, Sendable

  var initial: State { get }

  /// What becomes of the state by a request with this answer.
  func step(_ call: Call, in state: State) -> Step<State>

  /// The states that a request without an answer may lead to, besides the one that it found.
  ///
  /// A model may leave out states that no answer of the history can tell from those that it returns.
  func effects(ofLost call: Call, in state: State) -> [State]
}

/// What becomes of a state by a request.
package enum Step<State: Hashable & Sendable>: Hashable, Sendable {
  /// The node does not give this answer in this state.
  case impossible
  case unchanged
  case changed(State)
}
