// SPDX-License-Identifier: Apache-2.0
import PRNode
import Synchronization
import TestThreads
import Testing

@Suite("Alarms", .ownThreads)
struct AlarmsTests {
  @Test("a cause has one alarm, which keeps its beginning while its words change, and ends with the cause")
  func standing() {
    var alarms = Alarms()
    #expect(alarms.raise("a", "one", advice: "do", at: 1)?.since == 1)
    #expect(alarms.raise("a", "two", advice: "do", at: 2) == nil)
    #expect(alarms.all.map(\.text) == ["two"] && alarms.all.map(\.since) == [1])
    #expect(alarms.end("b") == nil && alarms.end("a")?.text == "two" && alarms.all.isEmpty)
    #expect(alarms.raise("a", "three", advice: "do", at: 3)?.since == 3, "a new one")
  }

  @Test("an alarm that its cause ends stays listed when it is acknowledged, and counts no more")
  func acknowledgedCause() {
    var alarms = Alarms()
    _ = alarms.raise("a", "one", advice: "do", at: 1)
    #expect(alarms.acknowledge("b") == nil && alarms.acknowledge("a") != nil)
    #expect(alarms.open.isEmpty && alarms.all.count == 1)
    #expect(alarms.raise("a", "two", advice: "do", at: 2) == nil && alarms.open.isEmpty)
    _ = alarms.end("a")
    _ = alarms.raise("a", "three", advice: "do", at: 3)
    #expect(alarms.open.count == 1, "the same cause once more")
  }

  @Test("an alarm of what cannot be undone ends when it is acknowledged, not before")
  func acknowledgedEvent() {
    var alarms = Alarms()
    _ = alarms.raise("a", "one", advice: "do", ending: .acknowledgement, at: 1)
    #expect(alarms.end("a") == nil && alarms.lasting.count == 1)
    #expect(alarms.acknowledge("a") != nil && alarms.all.isEmpty)
  }

  @Test("however many causes there are, so many alarms are kept and no more")
  func bound() {
    var alarms = Alarms()
    for number in 0..<(Alarms.maximum + 5) { _ = alarms.raise("\(number)", "", advice: "", at: Int64(number)) }
    #expect(alarms.all.count == Alarms.maximum && alarms.all.first?.cause == "5")
  }

  @Test("what peers say pushes out no alarm that the node has found, and of peers the one that says most makes room")
  func said() {
    var alarms = Alarms()
    func say(_ cause: String, _ origin: String?) -> Alarm? {
      alarms.raise(cause, "", advice: "", origin: origin, at: 1)
    }
    #expect(say("member-cloned:genuine", nil) != nil && say("clock of oslo", "oslo") != nil)
    for number in 0..<500 { #expect(say("made up \(number)", "pune") != nil) }
    #expect(alarms.all.count == Alarms.maximum)
    #expect(alarms.all.prefix(2).map(\.cause) == ["member-cloned:genuine", "clock of oslo"])
    #expect(say("rome", "rome") != nil && alarms.all.count { $0.origin == "pune" } == Alarms.maximum - 3)
    for number in 0..<Alarms.maximum { _ = say("found \(number)", nil) }
    #expect(alarms.all.allSatisfy { $0.origin == nil } && alarms.all.count == Alarms.maximum)
    #expect(say("clock of oslo", "oslo") == nil && alarms.all.last?.cause == "found 99")
  }

  @Test("a board tells of each alarm once, and its successor keeps those that only an operator ends")
  func board() {
    let told = Mutex<[String]>([])
    let clock: @Sendable () -> Int64 = { 7 }
    let board = AlarmBoard(clock: clock) { event in
      told.withLock { told in
        switch event {
        case .raised(let alarm): told.append("raised \(alarm.cause)")
        case .ended(let alarm): told.append("ended \(alarm.cause): \(alarm.text)")
        case .acknowledged(let alarm): told.append("acknowledged \(alarm.cause)")
        }
      }
    }
    for _ in 0..<2 { board.raise("a", "text", advice: "") }
    board.raise("quiet", "text", advice: "", isLogged: false)
    board.raise("event", "text", advice: "", ending: .acknowledgement)
    board.end("a", saying: "words")
    board.end("a")
    let successor = AlarmBoard(after: board)
    #expect(successor.all.all.map(\.cause) == ["event"] && successor.all.all.map(\.since) == [7])
    #expect(board.acknowledge("event") && !board.acknowledge("event"))
    #expect(told.withLock { $0 } == ["raised a", "raised event", "ended a: words", "acknowledged event"])
  }

  @Test("a board says of each alarm that it begins and ends, whether the log has it or not")
  func changes() {
    let changes = Mutex<[String]>([])
    let board = AlarmBoard(changed: { cause, stands in changes.withLock { $0.append("\(cause) \(stands)") } })
    for _ in 0..<2 { board.raise("quiet", "", advice: "", isLogged: false) }
    board.end("quiet", isLogged: false)
    board.end("quiet")
    #expect(changes.withLock { $0 } == ["quiet true", "quiet false"])
  }

  @Test("a cause that lasts over a reload is no news within a minute, and keeps its beginning")
  func carriedOver() {
    let time = Mutex<Int64>(7)
    let told = Mutex<[String]>([])
    let clock: @Sendable () -> Int64 = { time.withLock { $0 } }
    let board = AlarmBoard(clock: clock)
    for cause in ["a", "b", "seen"] { board.raise(cause, "", advice: "") }
    _ = board.acknowledge("seen")
    time.withLock { $0 = 60_000 }
    let successor = AlarmBoard(after: board, clock: clock) { event in
      if case .raised(let alarm) = event { told.withLock { $0.append(alarm.cause) } }
    }
    #expect(successor.all.all.isEmpty)
    time.withLock { $0 = 120_000 }
    successor.raise("a", "", advice: "")
    successor.raise("seen", "", advice: "")
    #expect(successor.all.all.map(\.since) == [7, 120_000] && told.withLock { $0 } == ["seen"])
    successor.end("a")
    successor.raise("a", "", advice: "")
    time.withLock { $0 = 120_001 }
    successor.raise("b", "", advice: "")
    #expect(told.withLock { $0 } == ["seen", "a", "b"] && successor.all.all.last?.since == 120_001)
  }

  @Test("of a family of causes those are ended that stand no more")
  func family() {
    let board = AlarmBoard()
    for cause in ["pair:1", "pair:2", "other"] { board.raise(cause, "", advice: "") }
    board.keepOnly(["pair:2"], of: "pair:")
    #expect(board.all.all.map(\.cause) == ["pair:2", "other"])
  }
}
