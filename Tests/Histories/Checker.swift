// SPDX-License-Identifier: Apache-2.0

/// Says whether a package's history is possible, and which few requests of it are not.
package struct Checker<Model: SequentialModel>: Sendable {
  private let model: @Sendable ([Call]) -> Model
  private let limit: Int

  /// - Parameters:
  ///   - limit: how many configurations to look at before an answer is given up.
  ///   - model: the model for a history.
  package init(limit: Int = 200_000, _ model: @escaping @Sendable ([Call]) -> Model) {
    self.limit = limit
    self.model = model
  }

  package func check(_ history: [Call]) -> Verdict { check(history, limit: limit) }

  private func check(_ history: [Call], limit: Int) -> Verdict {
    var search = Linearization(history, model(history), limit: limit)
    return search.search()
  }

  /// A smaller history that is impossible too, from one that is.
  ///
  /// Each step keeps this: if what is left is impossible, so is the whole. What happened after a moment may be cut off. A
  /// request that changes nothing may be left out. That an answer came may be forgotten, but not the request: the row that
  /// it added may still be there.
  package func shortened(_ history: [Call]) -> [Call] {
    var shorter = shortestBeginning(history)
    for index in shorter.indices.reversed() {
      var candidate = shorter
      if shorter[index].question.mayChange {
        guard shorter[index].answer != .lost else { continue }
        candidate[index] = shorter[index].withoutAnswer
      } else {
        candidate.remove(at: index)
      }
      if isImpossible(candidate) { shorter = candidate }
    }
    return shorter.filter { $0.answer != .lost || $0.question.mayChange }
  }

  /// The history up to the first end of a request that makes it impossible.
  private func shortestBeginning(_ history: [Call]) -> [Call] {
    let ends = history.map(\.end).filter { $0 < Call.never }.sorted()
    var (possible, impossible) = (-1, ends.count - 1)
    guard impossible >= 0 else { return history }
    while impossible - possible > 1 {
      let middle = (possible + impossible) / 2
      if isImpossible(beginning(of: history, upTo: ends[middle])) { impossible = middle } else { possible = middle }
    }
    let shortest = beginning(of: history, upTo: ends[impossible])
    return isImpossible(shortest) ? shortest : history
  }

  private func beginning(of history: [Call], upTo end: Int64) -> [Call] {
    history.filter { $0.start <= end }.map { $0.end <= end ? $0 : $0.withoutAnswer }
  }

  private func isImpossible(_ history: [Call]) -> Bool { check(history, limit: min(limit, 500)) == .impossible }
}
