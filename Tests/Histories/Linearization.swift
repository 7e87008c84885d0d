// SPDX-License-Identifier: Apache-2.0

/// The search for an order of requests that a model allows and that no clock forbids: a request that ended before another
/// one began comes first.
///
/// Sources: Wing and Gong, "Testing and Verifying Concurrent Objects" (1993): take some request that may be next, go on
/// with the rest, come back when it does not fit. Lowe, "Testing for Linearizability" (2017): a set of requests taken
/// together with the state that they led to need be looked at once.
struct Linearization<Model: SequentialModel> {
  private let model: Model
  /// In the order of their starts. Those without an answer stand behind the others.
  private let calls: [Call]
  private let answered: Int
  private let limit: Int
  private var visited: Set<Configuration> = []

  private struct Configuration: Hashable {
    var taken: Marks
    var state: Model.State
  }

  /// A configuration with what may come next.
  private struct Branch {
    let next: [Position]
    var tried = 0
  }

  private struct Position {
    var configuration: Configuration
    /// All answered requests before it are taken.
    var first: Int
    var answeredTaken: Int
  }

  /// - Parameter limit: how many configurations to look at before the search gives up.
  init(_ history: [Call], _ model: Model, limit: Int) {
    self.model = model
    self.limit = limit
    let inOrder = history.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    let whole = inOrder.filter { $0.answer != .lost }
    // A question without an answer that changes nothing says nothing.
    let lost = inOrder.filter { $0.answer == .lost && $0.question.mayChange }
    calls = whole + lost
    answered = whole.count
  }

  mutating func search() -> Verdict {
    var position = Position(
      configuration: Configuration(taken: Marks(capacity: calls.count), state: model.initial), first: 0,
      answeredTaken: 0)
    guard let beginning = branch(&position) else { return .possible }
    var branches = [beginning]
    while var branch = branches.popLast() {
      guard branch.tried < branch.next.count else { continue }
      var position = branch.next[branch.tried]
      branch.tried += 1
      branches.append(branch)
      guard visited.insert(position.configuration).inserted else { continue }
      guard visited.count <= limit else { return .undecided(configurations: limit) }
      guard let next = self.branch(&position) else { return .possible }
      branches.append(next)
    }
    return .impossible
  }

  /// Takes all that fits and changes nothing, and lists what may come next.
  ///
  /// An answer that fits a state and leaves it alone may as well come now as later: whatever follows sees the same state.
  ///
  /// - Returns: nil once nothing is left to explain.
  private func branch(_ position: inout Position) -> Branch? {
    while true {
      while position.first < answered, position.configuration.taken.contains(position.first) { position.first += 1 }
      guard position.answeredTaken < answered else { return nil }
      var changes: [(number: Int, state: Model.State)] = []
      var hasTaken = false
      let horizon = forEachNext(position) { number in
        switch model.step(calls[number], in: position.configuration.state) {
        case .impossible: break
        case .unchanged:
          position.configuration.taken.insert(number)
          position.answeredTaken += 1
          hasTaken = true
        case .changed(let state): changes.append((number, state))
        }
      }
      guard !hasTaken else { continue }
      changes.sort { (calls[$0.number].order, $0.number) < (calls[$1.number].order, $1.number) }
      changes += lostChanges(position, before: horizon)
      return Branch(next: changes.map { taking($0.number, to: $0.state, from: position) })
    }
  }

  /// Calls `body` with each answered request before which no other one, not taken yet, has ended.
  ///
  /// - Returns: the first end among those that are not taken.
  private func forEachNext(_ position: Position, _ body: (Int) -> Void) -> Int64 {
    var horizon = Call.never
    for number in position.first..<answered {
      let call = calls[number]
      if call.start > horizon { break }
      if position.configuration.taken.contains(number) { continue }
      horizon = min(horizon, call.end)
      body(number)
    }
    return horizon
  }

  /// Of lost requests that ask the same, the first is tried: none of them ends before anything.
  private func lostChanges(_ position: Position, before horizon: Int64) -> [(number: Int, state: Model.State)] {
    var changes: [(number: Int, state: Model.State)] = []
    var tried: Set<Question> = []
    for number in answered..<calls.count where !position.configuration.taken.contains(number) {
      let call = calls[number]
      if call.start > horizon { break }
      guard tried.insert(call.question).inserted else { continue }
      changes += model.effects(ofLost: call, in: position.configuration.state).map { (number, $0) }
    }
    return changes
  }

  private func taking(_ number: Int, to state: Model.State, from position: Position) -> Position {
    var next = position
    next.configuration = Configuration(taken: position.configuration.taken.inserting(number), state: state)
    if number < answered { next.answeredTaken += 1 }
    return next
  }
}

extension Call {
  /// Rows come in the order of their values, mostly: that order is tried first.
  fileprivate var order: Value { if case .value(let value) = answer { value } else { Value(numbers: []) } }
}
