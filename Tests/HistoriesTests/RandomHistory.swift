// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed

/// What a node that is asked one thing after the other answers, worked out by another way than the model's: with a list
/// of checksums whose places are the numbers.
struct RandomHistory {
  private var numbers: SeededNumbers
  private var holders: [Checksum] = []
  private(set) var calls: [Call] = []

  /// - Parameter lostShare: one of so many requests has no answer; it took effect or not.
  init(_ seed: Seed, count: Int, checksums: Int = 3, lostShare: Int? = nil) {
    numbers = seed.numbers
    for number in 0..<count {
      let question = self.question(checksums)
      let isLost = lostShare.map { Int.random(in: 0..<$0, using: &numbers) == 0 } ?? false
      let moment = Int64(number) * 10
      if isLost, Bool.random(using: &numbers) {
        calls.append(Call(question, .lost, from: moment, to: moment))
      } else {
        calls.append(Call(question, isLost ? lose(question) : answer(question), from: moment, to: moment))
      }
    }
  }

  /// The same answers by requests that begin earlier and end later: whatever was possible stays so.
  func widened(by maximum: Int64) -> [Call] {
    var numbers = self.numbers
    return calls.map { call in
      let (before, after) = (
        Int64.random(in: 0...maximum, using: &numbers), Int64.random(in: 0...maximum, using: &numbers)
      )
      let end = call.end < Call.never ? call.end + after : call.end
      return Call(call.question, call.answer, from: call.start - before, to: end)
    }
  }

  private mutating func question(_ checksums: Int) -> Question {
    let checksum = Int.random(in: 0..<checksums, using: &numbers)
    return switch Int.random(in: 0..<10, using: &numbers) {
    case 0..<5: .allocate(checksum, history: false)
    case 5: .allocate(checksum, history: true)
    case 6: .value(checksum, history: false)
    case 7: .value(checksum, history: true)
    case 8: .greatest
    default: .everything(checksum)
    }
  }

  private mutating func lose(_ question: Question) -> Answer {
    _ = answer(question)
    return .lost
  }

  private mutating func answer(_ question: Question) -> Answer {
    func value(_ place: Int?) -> Answer { place.map { .value(Value(UInt64($0))) } ?? .nothing }
    switch question {
    case .allocate(let checksum, let history):
      if history, let place = holders.firstIndex(of: checksum) { return value(place) }
      if history || holders.last != checksum { holders.append(checksum) }
      return value(holders.count - 1)
    case .value(let checksum, let history):
      return value(history ? holders.firstIndex(of: checksum) : holders.lastIndex(of: checksum))
    case .greatest: return value(holders.indices.last)
    case .everything(let checksum):
      let values = holders.indices.filter { holders[$0] == checksum }.map { Value(UInt64($0)) }
      return .everything(values, greatest: holders.indices.last.map { Value(UInt64($0)) }, isComplete: true)
    case .place: return .lost
    }
  }
}
