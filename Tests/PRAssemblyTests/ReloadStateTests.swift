// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRAssembly

extension ReloadState: Machine {}

/// Generations 1 and 2, and the events that lead to each state. A failure is a word.
enum ReloadScript {
  typealias Subject = ReloadState<String>
  typealias Event = Subject.Event
  typealias Action = Subject.Action
  typealias State = Subject.State

  static let one = Subject.Member(id: 1, readyFile: "ready")
  static let two = Subject.Member(id: 2, readyFile: "ready")

  static let starting: [Event] = [.started(readyFile: "ready")]
  static let introducingFirst = starting + [.ready(1)]
  static let serving = introducingFirst + [.introduced(1, .done)]
  static let reading = serving + [.hangup]
  static let rereading = reading + [.renewed(.same)]
  static let building = reading + [.renewed(.different)]
  static let preparing = building + [.built(2, .whole(readyFile: "ready"))]
  static let introducing = preparing + [.ready(2)]
  static let switching = introducing + [.introduced(2, .done)]
  static let draining = switching + [.madeRoom(1)]
  static let undoing = introducing + [.introduced(2, .unwritten("full"))]
  /// The generation that serves has failed; 2 was to be its successor.
  static let ending = preparing + [.ended(1, "broken")]
  static let stopping = draining + [.stop]
  static let ended = serving + [.ended(1, nil)]

  /// What a reload comes to that is refused.
  static func refused(_ cause: String, by id: Int) -> [Action] {
    [.note(.refused(cause), by: id), .notify(.refused(id))]
  }

  static let begun: [Action] = [.begin(2), .note(.inForce, by: 2), .notify(.ready(2))]
  static let reload: [Action] = [.notify(.reloading), .renew(after: 1)]

  static func shutdown(serving member: Subject.Member?, _ left: [Subject.Remnant], _ failure: String? = nil)
    -> Subject.Shutdown
  {
    Subject.Shutdown(serving: member, left: left, failure: failure)
  }

  static func row(_ path: [Event], _ event: Event, _ actions: [Action], _ next: State) -> Transition<Subject> {
    Transition(Subject(), path, event, actions, next)
  }

  static func ignored(_ path: [Event], _ events: [Event]) -> [Transition<Subject>] {
    events.map { .ignored(Subject(), path, $0) }
  }
}

@Suite("Which generation serves")
struct ReloadStateTests {
  typealias Script = ReloadScript
  typealias Row = Transition<Script.Subject>
  typealias State = Script.State
  typealias Event = Script.Event

  private static let (one, two) = (Script.one, Script.two)

  private static func row(_ path: [Event], _ event: Event, _ actions: [Script.Action], _ next: State) -> Row {
    Script.row(path, event, actions, next)
  }

  private static let first: [Row] = [
    row([], .started(readyFile: "ready"), [.start(1)], .starting(one, then: .serve)),
    row(Script.starting, .ready(1), [.introduce(1, after: nil)], .introducing(one, after: nil, then: .serve)),
    row(Script.introducingFirst, .introduced(1, .done), [.begin(1), .notify(.ready(1))], .serving(one)),
    row(
      Script.introducingFirst, .introduced(1, .unwritten("full")), [.makeRoom(1)],
      .ending(Script.shutdown(serving: nil, [.leaving(1)], "full"))),
    row(
      Script.introducingFirst, .introduced(1, .unannounced("closed")), [.removeReadyFile("ready"), .makeRoom(1)],
      .ending(Script.shutdown(serving: nil, [.leaving(1)], "closed"))),
  ]

  private static let reload: [Row] = [
    row(Script.reading, .renewed(.same), [.reread(1)], .rereading(one, then: .serve)),
    row(Script.reading, .renewed(.different), [.build(2, after: 1)], .building(one, 2, then: .serve)),
    row(Script.reading, .renewed(.failed("typo")), Script.refused("typo", by: 1), .serving(one)),
    row(
      Script.rereading, .reread(.read), [.note(.certificatesRead, by: 1), .notify(.ready(1))], .serving(one)),
    row(
      Script.rereading, .reread(.nothing), [.note(.nothingChanged, by: 1), .notify(.ready(1))], .serving(one)),
    row(
      Script.rereading, .reread(.failed("gone")), [.note(.certificatesKept("gone"), by: 1), .notify(.ready(1))],
      .serving(one)),
    row(
      Script.building, .built(2, .whole(readyFile: "ready")), [.start(2)],
      .preparing(two, after: one, then: .serve)),
    row(Script.building, .built(2, .failed("taken")), Script.refused("taken", by: 1), .serving(one)),
    row(
      Script.preparing, .ready(2), [.introduce(2, after: 1)], .introducing(two, after: one, then: .serve)),
    row(Script.introducing, .introduced(2, .done), [.makeRoom(1)], .switching(to: two, from: 1, then: .serve)),
    row(
      Script.introducing, .introduced(2, .unwritten("full")), Script.refused("full", by: 1) + [.makeRoom(2)],
      .undoing(one, 2, then: .serve)),
    row(
      Script.introducing, .introduced(2, .unannounced("closed")),
      [.writeReadyFile(1)] + Script.refused("closed", by: 1) + [.makeRoom(2)], .undoing(one, 2, then: .serve)),
    row(Script.switching, .madeRoom(1), Script.begun, .draining(two, 1, then: .serve)),
  ]

  /// A SIGHUP begins a reload, or is remembered while one is under way.
  private static let hangups: [Row] = [
    row(Script.starting, .hangup, [], .starting(one, then: .reload)),
    row(Script.serving, .hangup, Script.reload, .reading(one, then: .serve)),
    row(Script.reading, .hangup, [], .reading(one, then: .reload)),
    row(Script.building, .hangup, [], .building(one, 2, then: .reload)),
    row(Script.preparing, .hangup, [], .preparing(two, after: one, then: .reload)),
    row(Script.switching, .hangup, [], .switching(to: two, from: 1, then: .reload)),
    row(Script.draining, .hangup, [], .draining(two, 1, then: .reload)),
    row(Script.undoing, .hangup, [], .undoing(one, 2, then: .reload)),
  ]

  private static let ends: [Row] = [
    row(Script.starting, .ended(1, "broken"), [.end("broken")], .ended),
    row(Script.serving, .ended(1, "broken"), [.removeReadyFile("ready"), .end("broken")], .ended),
    row(
      Script.serving, .ended(1, nil), [.removeReadyFile("ready"), .note(.stopped, by: 1), .end(nil)], .ended),
    row(
      Script.reading, .ended(1, "broken"), [], .ending(Script.shutdown(serving: one, [.job], "broken"))),
    row(
      Script.building, .ended(1, "broken"), [], .ending(Script.shutdown(serving: one, [.job], "broken"))),
    row(Script.preparing, .ended(2, "broken"), Script.refused("broken", by: 1) + [.forget(2)], .serving(one)),
    row(Script.preparing, .ended(2, nil), [.notify(.refused(1)), .forget(2)], .serving(one)),
    row(
      Script.preparing, .ended(1, "broken"), [.makeRoom(2)],
      .ending(Script.shutdown(serving: one, [.coming(2)], "broken"))),
    row(
      Script.switching, .ended(1, "broken"),
      Script.begun + [.note(.drained, by: 2), .note(.failed("broken"), by: 2), .forget(1)], .serving(two)),
    row(
      Script.switching, .ended(2, "broken"), [], .ending(Script.shutdown(serving: two, [.leaving(1)], "broken"))),
    row(Script.draining, .ended(1, nil), [.note(.drained, by: 2), .forget(1)], .serving(two)),
    row(
      Script.draining, .ended(2, "broken"), [], .ending(Script.shutdown(serving: two, [.leaving(1)], "broken"))),
    row(Script.undoing, .ended(2, nil), [.note(.drained, by: 1), .forget(2)], .serving(one)),
    row(
      Script.undoing, .ended(1, "broken"), [], .ending(Script.shutdown(serving: one, [.leaving(2)], "broken"))),
  ]

  private static let stops: [Row] = [
    (Script.starting, Script.shutdown(serving: nil, [.coming(1)])),
    (Script.serving, Script.shutdown(serving: one, [.serving(1)])),
    (Script.reading, Script.shutdown(serving: one, [.serving(1), .job])),
    (Script.building, Script.shutdown(serving: one, [.serving(1), .job])),
    (Script.preparing, Script.shutdown(serving: one, [.serving(1), .coming(2)])),
    (Script.switching, Script.shutdown(serving: two, [.serving(2), .leaving(1)])),
    (Script.draining, Script.shutdown(serving: two, [.serving(2), .leaving(1)])),
    (Script.undoing, Script.shutdown(serving: one, [.serving(1), .leaving(2)])),
    (Script.ending, Script.shutdown(serving: one, [.coming(2)], "broken")),
  ].map { row($0, .stop, [.notify(.stopping)], .stopping($1)) }

  /// After a stop or the end of what served, everything is waited for and nothing begins.
  private static let endings: [Row] = [
    row(
      Script.reading + [.ended(1, "broken")], .renewed(.different), [.removeReadyFile("ready"), .end("broken")], .ended),
    row(
      Script.building + [.ended(1, "broken")], .built(2, .whole(readyFile: nil)),
      [.discard(2), .removeReadyFile("ready"), .end("broken")], .ended),
    row(
      Script.building + [.ended(1, "broken")], .built(2, .failed("taken")),
      [.note(.refused("taken"), by: 1), .removeReadyFile("ready"), .end("broken")], .ended),
    row(Script.ending, .ended(2, nil), [.removeReadyFile("ready"), .end("broken")], .ended),
    row(
      Script.reading + [.stop], .renewed(.failed("typo")), [.note(.refused("typo"), by: 1)],
      .stopping(Script.shutdown(serving: one, [.serving(1)]))),
    row(
      Script.reading + [.stop], .renewed(.same), [], .stopping(Script.shutdown(serving: one, [.serving(1)]))),
    row(
      Script.building + [.stop], .built(2, .whole(readyFile: nil)), [.discard(2)],
      .stopping(Script.shutdown(serving: one, [.serving(1)]))),
    row(
      Script.building + [.stop], .ended(1, nil), [], .stopping(Script.shutdown(serving: one, [.job]))),
    row(
      Script.preparing + [.stop], .ended(2, "broken"), [.note(.refused("broken"), by: 1)],
      .stopping(Script.shutdown(serving: one, [.serving(1)]))),
    row(Script.starting + [.stop], .ended(1, "broken"), [.end("broken")], .ended),
    row(
      Script.stopping, .ended(1, nil), [.note(.drained, by: 2), .forget(1)],
      .stopping(Script.shutdown(serving: two, [.serving(2)]))),
    row(
      Script.stopping, .ended(2, "broken"), [],
      .stopping(Script.shutdown(serving: two, [.leaving(1)], "broken"))),
    row(
      Script.stopping + [.ended(1, nil)], .ended(2, nil),
      [.removeReadyFile("ready"), .note(.stopped, by: 2), .end(nil)], .ended),
  ]

  private static let events: [Event] = [
    .started(readyFile: nil), .hangup, .stop, .renewed(.same), .built(2, .whole(readyFile: nil)), .reread(.read),
    .ready(2), .introduced(2, .done), .madeRoom(1), .ended(1, nil),
  ]

  /// - Parameter expected: the names of the events that the state does not ignore.
  private static func others(_ path: [Event], _ expected: String...) -> [Row] {
    Script.ignored(path, events.filter { !expected.contains(caseName($0)) })
  }

  private static let unexpected: [Row] =
    others([], "started") + others(Script.starting, "hangup", "stop", "ready", "ended")
    + others(Script.introducingFirst, "introduced") + others(Script.serving, "hangup", "stop", "ended")
    + others(Script.reading, "hangup", "stop", "renewed", "ended") + others(Script.rereading, "reread")
    + others(Script.building, "hangup", "stop", "built", "ended")
    + others(Script.preparing, "hangup", "stop", "ready", "ended") + others(Script.introducing, "introduced")
    + others(Script.switching, "hangup", "stop", "madeRoom", "ended")
    + others(Script.draining, "hangup", "stop", "ended") + others(Script.undoing, "hangup", "stop", "ended")
    + others(Script.ending, "stop", "ended") + others(Script.stopping, "ended") + others(Script.ended)

  /// What comes of a generation that the state does not name.
  private static let strange: [Row] =
    Script.ignored(Script.starting, [.ready(2), .ended(2, nil)])
    + Script.ignored(Script.serving, [.ready(1), .madeRoom(1), .ended(2, "broken")])
    + Script.ignored(Script.building, [.built(3, .failed("taken")), .ready(2), .ended(2, nil)])
    + Script.ignored(Script.preparing, [.ready(1), .ended(3, nil)])
    + Script.ignored(Script.switching, [.madeRoom(2), .ended(3, nil)])
    + Script.ignored(Script.undoing, [.madeRoom(2), .ready(2)])
    + Script.ignored(Script.ending, [.ready(2), .madeRoom(2), .ended(1, nil)])
    + Script.ignored(Script.stopping, [.madeRoom(1), .ended(3, nil)])

  static let table = first + reload + hangups + ends + stops + endings + unexpected + strange

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = [
      "idle", "starting", "serving", "reading", "rereading", "building", "preparing", "introducing", "switching",
      "draining", "undoing", "ending", "stopping", "ended",
    ]
    #expect(missing(in: Self.table, states: states, events: Self.events.map { caseName($0) }) == [])
  }

  @Test(
    "a SIGHUP during a reload begins another one when no other generation is left, and several are one",
    arguments: [
      (Script.reading, [Event.renewed(.failed("typo"))]), (Script.reading, [.renewed(.same), .reread(.nothing)]),
      (Script.building, [.built(2, .failed("taken"))]), (Script.preparing, [.ended(2, "broken")]),
      (Script.starting, [.ready(1), .introduced(1, .done)]), (Script.undoing, [.ended(2, nil)]),
      (Script.preparing, [.ready(2), .introduced(2, .unwritten("full")), .ended(2, nil)]),
    ])
  func remembered(path: [Event], rest: [Event]) {
    var reload = Script.Subject().after(path + [.hangup, .hangup] + rest.dropLast())
    #expect(reload.handle(rest[rest.count - 1]).suffix(2) == Script.reload)
    #expect(reload.state == .reading(Self.one, then: .serve))
  }

  @Test("also when the new options are in force", arguments: [Script.preparing, Script.switching, Script.draining])
  func rememberedAfter(path: [Event]) {
    var reload = Script.Subject().after(path + [.hangup, .ready(2), .introduced(2, .done), .madeRoom(1)])
    #expect(reload.handle(.ended(1, nil)).suffix(2) == [.notify(.reloading), .renew(after: 2)])
    #expect(reload.state == .reading(Self.two, then: .serve))
  }

  @Test(
    "the ready file that stays is that of the generation which serves",
    arguments: [
      ("other", .done, [.removeReadyFile("ready")]), (nil, .done, [.removeReadyFile("ready")]),
      ("ready", .done, []), ("other", .unannounced("closed"), [.removeReadyFile("other")]),
      ("ready", .unannounced("closed"), [.writeReadyFile(1)]), (nil, .unannounced("closed"), []),
      ("other", .unwritten("full"), []),
    ] as [(String?, Script.Subject.Introduction, [Script.Action])])
  func readyFile(path: String?, outcome: Script.Subject.Introduction, actions: [Script.Action]) {
    var reload = Script.Subject().after(Script.building + [.built(2, .whole(readyFile: path)), .ready(2)])
    let found = reload.handle(.introduced(2, outcome)).filter {
      ["writeReadyFile", "removeReadyFile"].contains(caseName($0))
    }
    #expect(found == actions)
  }
}
