// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRSync

extension FeedSync: Machine {}
extension ExportSync: Machine {}

extension FeedDigest {
  /// 32 bytes that end with a number. No row has this digest: a machine compares digests, and computes none.
  static func numbered(_ number: Int64) -> FeedDigest {
    var digest = FeedDigest.start
    digest.replace { $0[31] = UInt8(truncatingIfNeeded: number) }
    return digest
  }
}

extension FeedPosition {
  static func at(_ serial: Int64, of store: String = "hub") -> FeedPosition {
    FeedPosition(store: store, serial: serial, digest: .numbered(serial))
  }
}

/// What the machine of a feed is told and does, for the server `hub`.
enum FeedScript {
  typealias Event = FeedSync.Event
  typealias Action = FeedSync.Action

  static let server = Endpoint.tcp(host: "hub", port: 1)
  static let limit = 4

  static func sync(store: String = "hub", ownStore: String? = "own") -> FeedSync {
    FeedSync(FeedSync.Settings(server: server, store: store, ownStore: ownStore, page: limit, wait: 60))
  }

  static func located(_ copy: FeedPosition?, fresh: FeedPosition? = nil) -> Event {
    .located(FeedSync.Positions(copy: copy, fresh: fresh))
  }

  static func row(_ serial: Int64) -> Row {
    Row(tuple: TupleKey(version: "p", pkgarch: "all", checksum: "c\(serial)"), value: "\(serial)")
  }

  /// The rows behind a serial up to another.
  static func page(
    _ last: Int64, after start: Int64 = 0, of store: String = "hub", hasMore: Bool = false, digest: FeedDigest? = nil,
    computed: FeedDigest? = nil, waited: Duration? = nil
  ) -> Event {
    let told = digest ?? .numbered(last)
    return .answered(
      .success(
        .page(
          ChangesAnswer.Page(
            store: store, last: last, digest: told.description, hasMore: hasMore,
            rows: last > start ? (start + 1...last).map(row) : []),
          digest: computed ?? told, floorDigest: nil, waited: waited)))
  }

  static func reset(_ reason: String = "other rows") -> Event { .answered(.success(.reset(reason))) }

  static func failed(_ error: SyncError = .client(.disconnected(server))) -> Event { .answered(.failure(error)) }

  static func ask(_ start: FeedPosition?, waits: Bool = false) -> Action {
    .ask(
      ChangesQuery(
        store: start?.store, after: start?.serial ?? 0, digest: start?.digest.description ?? "", limit: limit,
        floors: .start, wait: waits ? 60 : 0), from: start)
  }

  static func write(
    _ last: Int64, after start: FeedPosition?, hasMore: Bool = false, into target: FeedSync.Target = .copy
  ) -> Action {
    let first = (start?.serial ?? 0) + 1
    return .write(
      FeedPage(position: .at(last), rows: (first...last).map(row), hasMore: hasMore), from: start, target)
  }
}

@Suite("A feed that is followed")
struct FeedSyncTests {
  typealias Row = Transition<FeedSync>
  private typealias Script = FeedScript

  private static func row(
    _ path: [FeedSync.Event], _ event: FeedSync.Event, _ actions: [FeedSync.Action], _ next: String
  ) -> Row {
    Row(Script.sync(), path, event, actions, named: next)
  }

  private static func ignored(_ path: [FeedSync.Event], _ events: [FeedSync.Event]) -> [Row] {
    events.map { .ignored(Script.sync(), path, $0) }
  }

  private static let begun: [FeedSync.Event] = [.begun]
  private static let asking = begun + [Script.located(.at(2))]
  /// The last page is written.
  private static let writing = asking + [Script.page(3, after: 2)]
  /// A page is written, and the next one asked for.
  private static let writingOn = asking + [Script.page(4, after: 2, hasMore: true)]
  private static let completing = writing + [.written(.applied(news: 1))]
  private static let waiting = completing + [.completed(rows: 3), Script.located(.at(3))]
  private static let beginning = begun + [Script.located(.at(2, of: "other"))]
  private static let fresh = beginning + [.freshBegun, Script.located(.at(2, of: "other"), fresh: nil)]
  private static let swapping = fresh + [Script.page(3), .written(.applied(news: 3))]
  private static let ended = asking + [Script.failed()]

  private static let worked = FeedSync.Action.note(.worked)

  private static let first: [Row] = [
    row([], .begun, [.locate], "locating"),
    Row(Script.sync(ownStore: "hub"), [], .begun, [.fail(.ownStore(Script.server))], named: "ended"),
    // A server that reports no store is none of ours.
    Row(Script.sync(store: "", ownStore: nil), [], .begun, [.locate], named: "locating"),

    row(begun, Script.located(nil), [Script.ask(nil)], "asking"),
    row(begun, Script.located(.at(2)), [Script.ask(.at(2))], "asking"),
    row(
      begun, Script.located(.at(2, of: "other")),
      [.note(.reset(reason: "this is another store")), .beginFresh], "beginning"),
    // A fresh copy of this store was under way when the last connection ended.
    row(begun, Script.located(.at(2, of: "other"), fresh: .at(1)), [Script.ask(.at(1))], "asking"),
    row(begun, Script.located(.at(2), fresh: .at(1)), [Script.ask(.at(1))], "asking"),
    // One of another store counts for nothing.
    row(begun, Script.located(.at(2), fresh: .at(1, of: "other")), [Script.ask(.at(2))], "asking"),

    row(beginning, .freshBegun, [.locate], "locating"),
    row(beginning + [.freshBegun], Script.located(.at(2, of: "other")), [Script.ask(nil)], "asking"),
  ]

  private static let answers: [Row] = [
    row(asking, Script.page(3, after: 2), [Script.write(3, after: .at(2))], "writing"),
    row(
      asking, Script.page(4, after: 2, hasMore: true),
      [Script.write(4, after: .at(2), hasMore: true), Script.ask(.at(4))], "writing"),
    // No news: nothing is written, and the copy is complete.
    row(
      asking, Script.page(2, after: 2), [worked, .note(.applied(news: 0)), .note(.arrived(.at(2))), .complete],
      "completing"),
    row(asking, Script.failed(), [.fail(.client(.disconnected(Script.server)))], "ended"),
    row(asking, Script.failed(.nonsense(Script.server)), [.fail(.nonsense(Script.server))], "ended"),
    row(
      asking, Script.page(3, after: 2, computed: .numbered(9)), [.fail(.digest(Script.server))], "ended"),
    row(asking, Script.page(3, after: 2, of: "other"), [.fail(.nonsense(Script.server))], "ended"),
    row(asking, Script.page(1, after: 1), [.fail(.nonsense(Script.server))], "ended"),
    row(asking, Script.page(2, after: 2, hasMore: true), [.fail(.nonsense(Script.server))], "ended"),
    row(asking, Script.reset(), [.note(.reset(reason: "other rows")), .beginFresh], "beginning"),
    // Another process on the same file makes a fresh copy: this one takes part.
    row(
      begun + [
        Script.located(.at(2)), Script.page(2, after: 2), .completed(rows: 2), Script.located(.at(2), fresh: .at(1)),
      ],
      Script.reset(), [.note(.reset(reason: "other rows")), .locate], "locating"),
    row(fresh, Script.reset(), [.note(.reset(reason: "other rows")), .beginFresh], "beginning"),
    row(fresh, Script.page(3), [Script.write(3, after: nil, into: .fresh)], "writing"),
    row(
      waiting, Script.page(3, after: 3, waited: .seconds(60)),
      [
        worked, .note(.applied(news: 0)), .note(.arrived(.at(3))), .locate,
      ], "locating"),
  ]

  private static let writes: [Row] = [
    row(
      writing, .written(.applied(news: 1)),
      [worked, .note(.applied(news: 1)), .note(.arrived(.at(3))), .complete], "completing"),
    row(writing, .written(.movedOn), [worked, .locate], "locating"),
    row(writingOn, .written(.applied(news: 2)), [], "writing"),
    row(writingOn, Script.page(6, after: 4), [], "writing"),
    row(
      writingOn + [.written(.applied(news: 2))], Script.page(6, after: 4),
      [
        worked, .note(.applied(news: 2)), .locate,
      ], "locating"),
    row(
      writingOn + [Script.page(6, after: 4)], .written(.applied(news: 2)),
      [
        worked, .note(.applied(news: 2)), .locate,
      ], "locating"),
    // The answer that came ahead is taken, and none is asked for.
    row(
      writingOn + [Script.page(6, after: 4), .written(.applied(news: 2))], Script.located(.at(4)),
      [Script.write(6, after: .at(4))], "writing"),
    // Another process has moved the copy: the answer that came ahead is of no use.
    row(
      writingOn + [Script.page(6, after: 4), .written(.movedOn)], Script.located(.at(5)), [Script.ask(.at(5))], "asking"
    ),
    // It counts as an answer to the question that would be asked now, a failure too.
    row(
      writingOn + [Script.failed(), .written(.applied(news: 2))], Script.located(.at(4)),
      [.fail(.client(.disconnected(Script.server)))], "ended"),
    row(
      fresh + [Script.page(3)], .written(.applied(news: 3)), [worked, .note(.applied(news: 0)), .swap], "swapping"),
    // The fresh copy of another process was faster, and is in place already or goes on.
    row(fresh + [Script.page(3), .written(.movedOn)], Script.located(.at(3)), [Script.ask(.at(3))], "asking"),
    row(
      fresh + [Script.page(3), .written(.movedOn)], Script.located(.at(2, of: "other"), fresh: .at(1)),
      [Script.ask(.at(1))], "asking"),

    row(swapping, .swapped(vanished: 2), [.note(.swapped(vanished: 2)), .locate], "locating"),
    row(swapping, .swapped(vanished: nil), [.locate], "locating"),
    row(swapping + [.swapped(vanished: 0)], Script.located(.at(3)), [Script.ask(.at(3))], "asking"),

    row(completing, .completed(rows: 3), [.note(.complete(rows: 3)), .locate], "locating"),
    row(completing + [.completed(rows: 3)], Script.located(.at(3)), [Script.ask(.at(3), waits: true)], "asking"),
  ]

  private static let events: [FeedSync.Event] = [
    .begun, Script.located(.at(2)), Script.page(3, after: 2), .written(.movedOn), .freshBegun, .swapped(vanished: 1),
    .completed(rows: 1),
  ]

  /// Of each state, the events that are the result of none of its actions.
  private static let unexpected: [Row] =
    ignored([], Array(events[1...]))
    + ignored(begun, events.enumerated().filter { $0.offset != 1 }.map(\.element))
    + ignored(beginning, events.enumerated().filter { $0.offset != 4 }.map(\.element))
    + ignored(asking, events.enumerated().filter { $0.offset != 2 }.map(\.element))
    + ignored(writing, events.enumerated().filter { $0.offset != 3 }.map(\.element))
    + ignored(swapping, events.enumerated().filter { $0.offset != 5 }.map(\.element))
    + ignored(completing, events.enumerated().filter { $0.offset != 6 }.map(\.element)) + ignored(ended, events)

  static let table = first + answers + writes + unexpected

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "locating", "beginning", "asking", "writing", "swapping", "completing", "ended"]
    let events = ["begun", "located", "answered", "written", "freshBegun", "swapped", "completed"]
    #expect(missing(in: Self.table, states: states, events: events) == [])
  }

  @Test("a second answer or a second result of one write changes nothing")
  func twice() {
    for path in [Self.writingOn + [Script.page(6, after: 4)], Self.writingOn + [.written(.applied(news: 2))]] {
      let sync = Script.sync().after(path)
      var again = sync
      #expect(again.handle(path[path.count - 1]) == [])
      #expect(again == sync)
    }
  }

  @Test("rows that are too long are left out, and their digest counts")
  func passedOver() {
    var sync = Script.sync().after(Self.asking)
    let long = PRRevision.Row(
      tuple: TupleKey(version: "p", pkgarch: "all", checksum: String(repeating: "c", count: 5000)), value: "1")
    let page = ChangesAnswer.Page(
      store: "hub", last: 3, digest: FeedDigest.numbered(3).description, hasMore: false, rows: [long])
    let actions = sync.handle(.answered(.success(.page(page, digest: .numbered(3), floorDigest: nil, waited: nil))))
    #expect(
      actions == [
        .note(.passedOver(rows: 1)), .write(FeedPage(position: .at(3), rows: [], hasMore: false), from: .at(2), .copy),
      ])
  }

  @Test("answers without news that come at once end the connection")
  func stuck() {
    var sync = Script.sync().after(Self.waiting)
    for _ in 1..<PullProgress.maximumIdle {
      #expect(sync.handle(Script.page(3, after: 3, waited: .milliseconds(1))).last == .locate)
      #expect(sync.handle(Script.located(.at(3))) == [Script.ask(.at(3), waits: true)])
    }
    #expect(sync.handle(Script.page(3, after: 3, waited: .milliseconds(1))) == [.fail(.noProgress(Script.server))])
  }
}
