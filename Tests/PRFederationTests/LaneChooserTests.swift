// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import TestSeed
import Testing

@Suite("The choice of a lane")
struct LaneChooserTests {
  private static func row(_ index: UInt64, _ state: LaneRow.State) -> LaneRow {
    LaneRow(level: 1, index: index, member: MemberID(index), state: state)
  }

  private static func chooser(_ count: UInt64) throws -> LaneChooser { try #require(LaneChooser(count: count)) }

  private static func handMade(_ lane: String, _ store: String = "s") throws -> LaneChooser.HandMade {
    LaneChooser.HandMade(store: store, lane: try #require(Lane(lane)))
  }

  @Test("takes the least that was never given, and a returned one only when there is none")
  func order() throws {
    let chooser = try Self.chooser(4)
    var rows: [LaneRow] = []
    #expect(try chooser.choose(given: rows).lane.description == "0/4")
    rows = [Self.row(0, .held), Self.row(1, .returned(41)), Self.row(2, .spent)]
    #expect(try chooser.choose(given: rows, from: 7).lane.description == "3/4")
    #expect(try chooser.choose(given: rows, from: 7).from == 7)
    rows.append(Self.row(3, .held))
    #expect(try chooser.choose(given: rows).lane.description == "1/4")
    #expect(try chooser.choose(given: rows).from == 42)
    #expect(try chooser.choose(given: rows, from: 100).from == 100)
    #expect(throws: LaneRefusal.noneLeft(count: 4, isNew: true)) { try chooser.choose(given: rows, isNew: true) }
    rows[1] = Self.row(1, .returned(nil))
    #expect(try chooser.choose(given: rows).from == 0)
    rows[1] = Self.row(1, .spent)
    #expect(throws: LaneRefusal.noneLeft(count: 4, isNew: false)) { try chooser.choose(given: rows) }
  }

  @Test("a returned lane whose numbers are used up is not given")
  func usedUp() throws {
    let chooser = try Self.chooser(2)
    let rows = [Self.row(0, .returned(.max)), Self.row(1, .returned(.max - 1))]
    #expect(try chooser.choose(given: rows).lane.description == "1/2")
    #expect(throws: LaneRefusal.noneLeft(count: 2, isNew: false)) {
      try chooser.choose(given: [Self.row(0, .returned(.max)), Self.row(1, .held)])
    }
    #expect(throws: LaneRefusal.numbersUsedUp(from: .max)) { try chooser.choose(given: [], from: .max) }
  }

  @Test(
    "a lane set by hand within one free lane is left out; any other is refused, with the lane to set",
    arguments: [
      ("0/8", nil, "1/8"), ("8/16", nil, "1/8"), ("5/8", nil, "0/8"), ("0/1", "0/8", nil), ("3/4", "0/8", nil),
      ("0/7", "0/8", nil), ("2/12", "0/8", nil),
    ] as [(String, String?, String?)])
  func byHand(lane: String, set: String?, chosen: String?) throws {
    let chooser = try Self.chooser(8)
    let other = try Self.handMade(lane)
    if let chosen {
      #expect(try chooser.choose(given: [], handMade: [other]).lane.description == chosen)
    } else {
      let refusal = LaneRefusal.handMade(store: "s", lane: other.lane, set: set.flatMap { Lane($0) })
      #expect(throws: refusal) { try chooser.choose(given: [], handMade: [other]) }
      #expect(refusal.description.contains("--lane 0/8"))
    }
  }

  @Test("a lane set by hand in one that was given is refused, and setting what is named clears it")
  func taken() throws {
    let chooser = try Self.chooser(4)
    let rows = [Self.row(0, .held), Self.row(1, .spent)]
    for taken in ["0/4", "1/4", "5/8"] {
      let refusal = LaneRefusal.handMade(store: "s", lane: try #require(Lane(taken)), set: Lane("2/4"))
      #expect(throws: refusal) { try chooser.choose(given: rows, handMade: [try Self.handMade(taken)]) }
    }
    #expect(try chooser.choose(given: rows, handMade: [try Self.handMade("2/4")]).lane.description == "3/4")
    let full = rows + [Self.row(2, .held), Self.row(3, .held)]
    #expect(throws: LaneRefusal.handMade(store: "s", lane: .only, set: nil)) {
      try chooser.choose(given: full, handMade: [try Self.handMade("0/1")])
    }
  }

  @Test("following the advice for one store after the other ends in lanes that do not overlap")
  func advice() throws {
    for seed in Seed.several(300) {
      var numbers = seed.numbers
      let chooser = try Self.chooser(UInt64.random(in: 11...24, using: &numbers))
      var rows: [LaneRow] = []
      var others = try (0..<3).map { store in
        let count = UInt64.random(in: 1...30, using: &numbers)
        let lane = try #require(Lane(index: UInt64.random(in: 0..<count, using: &numbers), count: count))
        return LaneChooser.HandMade(store: "s\(store)", lane: lane)
      }
      for _ in 0..<8 {
        do throws(LaneRefusal) {
          let lane = try chooser.choose(given: rows, handMade: others).lane
          #expect(others.allSatisfy { !$0.lane.overlaps(lane) }, "\(seed)")
          rows.append(Self.row(lane.index, .held))
        } catch {
          guard case .handMade(let store, _, let set?) = error else { throw error }
          others.removeAll { $0.store == store }
          others.append(LaneChooser.HandMade(store: store, lane: set))
        }
      }
      #expect(Set(rows.map(\.index)).count == rows.count && rows.count >= 5, "\(seed)")
    }
  }

  @Test("no lane is ever held twice, and a new lease begins above what was minted")
  func sequences() throws {
    for seed in Seed.several(300) {
      var numbers = seed.numbers
      let chooser = try Self.chooser(UInt64.random(in: 1...6, using: &numbers))
      var (rows, given): ([LaneRow], Set<UInt64>) = ([], [])
      for _ in 0..<60 {
        let held = rows.indices.filter { rows[$0].state == .held }
        if Bool.random(using: &numbers), let index = held.randomElement(using: &numbers) {
          let last = Bool.random(using: &numbers) ? UInt64.random(in: 0...9, using: &numbers) : nil
          rows[index].state = Int.random(in: 0..<5, using: &numbers) == 0 ? .spent : .returned(last)
          continue
        }
        let isNew = Bool.random(using: &numbers)
        guard let choice = try? chooser.choose(given: rows, isNew: isNew) else { continue }
        let old = rows.first { $0.index == choice.lane.index }
        #expect(given.insert(choice.lane.index).inserted == (old == nil), "\(seed)")
        if let old {
          guard case .returned(let last) = old.state else {
            Issue.record("\(seed): \(choice.lane) was \(old.state)")
            continue
          }
          #expect(!isNew && choice.from == last.map { $0 + 1 } ?? 0, "\(seed)")
          #expect(given.count == Int(clamping: chooser.count), "\(seed): one was left that was never given")
        }
        rows.removeAll { $0.index == choice.lane.index }
        rows.append(Self.row(choice.lane.index, .held))
      }
    }
  }

  @Test("what is left is what can be chosen")
  func left() throws {
    let rows = [Self.row(0, .held), Self.row(1, .returned(4)), Self.row(2, .spent), Self.row(9, .returned(1))]
    #expect(try Self.chooser(4).left(given: rows) == 2)
    #expect(try Self.chooser(4).left(given: rows, handMade: [try Self.handMade("3/4")]) == 1)
  }

  @Test("a federation has 1 to 65,536 lanes", arguments: [(0, false), (1, true), (65_536, true), (65_537, false)])
  func bounds(count: UInt64, isGood: Bool) { #expect((LaneChooser(count: count) != nil) == isGood) }

  @Test(
    "the state of a lane is read as it was written",
    arguments: [("held", .held), ("spent", .spent), ("returned", .returned(nil)), ("returned:41", .returned(41))]
      as [(String, LaneRow.State)])
  func spelling(text: String, state: LaneRow.State) {
    #expect(state.text == text && LaneRow.State(text: text) == state)
    for wrong in ["", "HELD", "returned:", "returned:041", "returned:-1", "returned:18446744073709551616"] {
      #expect(LaneRow.State(text: wrong) == nil)
    }
  }
}
