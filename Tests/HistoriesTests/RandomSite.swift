// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed

/// What an upstream and a node below it answer when they are asked one thing after the other. The rules are written
/// anew, with lists, and where the copy may or may not be there yet, chance decides.
struct RandomSite {
  private var numbers: SeededNumbers
  /// Of the upstream: places are the numbers.
  private var above: [Checksum] = []
  /// Of the node.
  private var own: [(value: Value, checksum: Checksum)] = []
  private(set) var upstream: [Call] = []
  private(set) var node: [Call] = []

  /// - Parameter lostShare: one of so many requests has no answer.
  init(_ seed: Seed, count: Int, lostShare: Int) {
    numbers = seed.numbers
    for number in 0..<count {
      let (start, end) = (Int64(number) * 10 - chance(15), Int64(number) * 10 + chance(15))
      let checksum = Int(chance(3))
      let question = question(checksum)
      let isLost = chance(Int64(lostShare)) == 0
      guard chance(3) > 0 else {
        upstream.append(Call(.allocate(checksum, history: false), askUpstream(checksum), from: start, to: end))
        continue
      }
      let answer = isLost && chance(2) == 0 ? .lost : answer(question, checksum)
      node.append(Call(question, isLost ? .lost : answer, from: start, to: end))
    }
  }

  private mutating func chance(_ sides: Int64) -> Int64 { .random(in: 0..<sides, using: &numbers) }

  private mutating func question(_ checksum: Checksum) -> Question {
    switch chance(10) {
    case 0: .value(checksum, history: true)
    case 1: .value(checksum, history: false)
    case 2: .greatest
    case 3: .everything(checksum)
    case 4: .allocate(checksum, history: true)
    default: .allocate(checksum, history: false)
    }
  }

  private mutating func askUpstream(_ checksum: Checksum) -> Answer {
    if above.last != checksum { above.append(checksum) }
    return .value(Value(UInt64(above.count - 1)))
  }

  private var top: Value? { own.map(\.value).max() }
  private var topAbove: Value? { above.isEmpty ? nil : Value(UInt64(above.count - 1)) }
  private func values(_ checksum: Checksum) -> [Value] { own.filter { $0.checksum == checksum }.map(\.value).sorted() }
  private func told(_ checksum: Checksum) -> [Value] {
    above.indices.filter { above[$0] == checksum }.map { Value(UInt64($0)) }
      .filter { value in !own.contains { $0.value == value } }
  }

  private mutating func answer(_ question: Question, _ checksum: Checksum) -> Answer {
    let (mine, theirs) = (values(checksum), told(checksum))
    let isCurrent = top.map(mine.contains) ?? false
    let everything = isCurrent && chance(2) == 0 ? mine : (mine + theirs).sorted()
    switch question {
    case .allocate(_, let history): return .value(allocate(checksum, history, mine))
    case .value(_, history: true): return (mine.first ?? theirs.first).map(Answer.value) ?? .nothing
    case .value(_, history: false):
      let copied = mine.isEmpty || chance(2) == 0 ? theirs : []
      return (mine + copied).max().map(Answer.value) ?? .nothing
    case .greatest:
      let copied = top == nil || chance(2) == 0 ? topAbove : nil
      return [top, copied].compactMap(\.self).max().map(Answer.value) ?? .nothing
    case .everything:
      let greatest = ([top, isCurrent ? nil : topAbove].compactMap(\.self) + everything).max()
      return .everything(everything, greatest: greatest, isComplete: true)
    case .place: return .lost
    }
  }

  private mutating func allocate(_ checksum: Checksum, _ history: Bool, _ mine: [Value]) -> Value {
    if history, let least = mine.first { return least }
    if !history, let top, mine.contains(top) { return top }
    var value = above.lastIndex(of: checksum).map { Value(UInt64($0)) }
    if let adopted = value,
      own.contains(where: { $0.value == adopted }) || (!history && top.map { adopted < $0 } ?? false)
    {
      value = nil
    }
    let known = [top, topAbove].compactMap(\.self).max()?.numbers ?? []
    let minted = Value(known.first ?? 0, known.count > 1 ? known[1] + 1 : 0)
    own.append((value ?? minted, checksum))
    return value ?? minted
  }
}
