// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import Testing

@testable import PRSync

@Suite("A server without a feed that is copied")
struct ExportSyncTests {
  typealias Row = Transition<ExportSync>
  typealias Event = ExportSync.Event
  typealias Action = ExportSync.Action

  private static let rows = (1...3).map(FeedScript.row)

  private static let counted = Event.counted(ExportSync.Before(rows: 3, newest: 70))
  private static let reading: [Event] = [.begun, counted]
  private static let writing = reading + [.read(rows)]
  private static let read = writing + [.written(news: 1)]
  /// It has fewer rows than the copy.
  private static let lacking = reading + [.read([rows[0]]), .written(news: 0), .ended(passedOver: 0)]
  private static let rereading = lacking + [.freshBegun]
  private static let swapping = rereading + [.read([rows[0]]), .written(news: 0), .ended(passedOver: 0)]

  private static func row(_ path: [Event], _ event: Event, _ actions: [Action], _ next: ExportSync.State) -> Row {
    Row(ExportSync(), path, event, actions, next)
  }

  private static func ignored(_ path: [Event], but expected: String...) -> [Row] {
    let all: [Event] = [
      .begun, counted, .read(rows), .ended(passedOver: 0), .written(news: 1), .freshBegun, .swapped(vanished: 1),
      .completed(rows: 1),
    ]
    return all.filter { !expected.contains(caseName($0)) }.map { .ignored(ExportSync(), path, $0) }
  }

  private static let lost = Action.note(
    .reset(reason: "rows that it had are gone: it lost its database, or was restored from a backup"))

  private static let expected: [Row] = [
    row([], .begun, [.count], .counting),
    row([.begun], counted, [.export, .next], .reading(.copy, rows: 0)),
    row(reading, .read(rows), [.write(rows, .copy)], .writing(.copy, rows: 3)),
    row(writing, .written(news: 1), [.next], .reading(.copy, rows: 3)),
    row(read, .read([rows[0]]), [.write([rows[0]], .copy)], .writing(.copy, rows: 4)),
    // Three rows, one of them new: it has two of the three that were copied.
    row(read, .ended(passedOver: 0), [.beginFresh], .beginning),
    row(reading + [.read(rows), .written(news: 0)], .ended(passedOver: 0), [.complete], .completing),
    row(
      reading + [.read(rows), .written(news: 0)], .ended(passedOver: 2), [.note(.passedOver(rows: 2)), .complete],
      .completing),
    row(lacking, .freshBegun, [.export, .next], .reading(.fresh, rows: 0)),
    row(rereading, .read(rows), [.write(rows, .fresh)], .writing(.fresh, rows: 3)),
    row(rereading + [.read(rows)], .written(news: 0), [.next], .reading(.fresh, rows: 3)),
    row(rereading, .ended(passedOver: 2), [.swap(sparingAfter: 70)], .swapping),
    row(swapping, .swapped(vanished: 0), [.complete], .completing),
    row(swapping, .swapped(vanished: nil), [.complete], .completing),
    row(swapping, .swapped(vanished: 2), [lost, .note(.swapped(vanished: 2)), .complete], .completing),
    row(
      swapping + [.swapped(vanished: 2)], .completed(rows: 1),
      [.note(.applied(news: 0)), .note(.worked), .note(.arrived(nil)), .note(.complete(rows: 1))], .ended),
  ]

  static let table =
    expected + ignored([], but: "begun") + ignored([.begun], but: "counted") + ignored(reading, but: "read", "ended")
    + ignored(writing, but: "written") + ignored(lacking, but: "freshBegun") + ignored(swapping, but: "swapped")
    + ignored(reading + [.read(rows), .written(news: 0), .ended(passedOver: 0)], but: "completed")
    + ignored(swapping + [.swapped(vanished: 0), .completed(rows: 1)])

  @Test("each pair of state and event has its actions and its next state", arguments: table)
  func pair(row: Row) { row.check() }

  @Test("the table names every pair")
  func isWhole() {
    let states = ["idle", "counting", "reading", "writing", "beginning", "swapping", "completing", "ended"]
    let events = ["begun", "counted", "read", "ended", "written", "freshBegun", "swapped", "completed"]
    #expect(missing(in: Self.table, states: states, events: events) == [])
  }

  @Test("news of all parts are counted, and those of a fresh copy are not", arguments: Seed.several(20))
  func news(seed: Seed) {
    var numbers = seed.numbers
    var sync = ExportSync()
    _ = sync.handle(.begun)
    _ = sync.handle(.counted(ExportSync.Before(rows: 0, newest: 0)))
    var sum = 0
    for _ in 0..<Int.random(in: 0...5, using: &numbers) {
      let news = Int.random(in: 0...3, using: &numbers)
      sum += news
      _ = sync.handle(.read(Self.rows))
      _ = sync.handle(.written(news: news))
    }
    #expect(sync.handle(.ended(passedOver: 0)) == [.complete])
    #expect(sync.handle(.completed(rows: sum)).first == .note(.applied(news: sum)))
  }
}
