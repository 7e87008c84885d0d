// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed

/// A small change that makes most histories impossible.
enum Mutation {
  static func random(_ history: [Call], _ numbers: inout SeededNumbers) -> [Call] {
    var changed = history
    let indices = history.indices.filter { history[$0].answer != .lost }
    guard let index = indices.randomElement(using: &numbers) else { return history }
    switch Int.random(in: 0..<4, using: &numbers) {
    case 0: changed[index].answer = moved(history[index].answer, by: 1)
    case 1: changed[index].answer = moved(history[index].answer, by: -1)
    case 2:
      // An answer of another request.
      if let other = indices.filter({ history[$0].answer != history[index].answer }).randomElement(using: &numbers) {
        changed[index].answer = history[other].answer
      }
    default:
      // The request is made later than it was.
      let last = history.map(\.start).max() ?? 0
      changed[index].start = last + 20
      changed[index].end = last + 21
    }
    return changed
  }

  private static func moved(_ answer: Answer, by step: Int) -> Answer {
    switch answer {
    case .value(let value):
      let number = Int(value.numbers[0]) + step
      return number < 0 ? .nothing : .value(Value(UInt64(number)))
    case .nothing: return .value(Value(0))
    case .everything(let values, let greatest, let isComplete):
      return .everything(values + [Value(UInt64(90 + step))], greatest: greatest, isComplete: isComplete)
    case .taken, .lost: return answer
    }
  }
}
