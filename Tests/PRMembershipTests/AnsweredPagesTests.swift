// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRStore
import PRWire
import Synchronization
import TestThreads
import Testing

@testable import PRMembership

@Suite("Answers to the request federation", .ownThreads, .untilHung)
struct AnsweredPagesTests {
  private func report(_ count: Int) -> FederationReport {
    FederationReport(
      name: "hq.example",
      members: (0..<count).map { FederationReport.Entry(name: "m\($0)", parent: nil, kind: .site, state: .joined) })
  }

  private func ask(_ name: String?) -> PageFields { PageFields(after: name) }

  @Test("the report is made once for all pages, and anew for another source, and after two seconds")
  func once() throws {
    let pages = AnsweredPages<Int>()
    var (made, now) = (0, ContinuousClock.now)
    func text(_ name: String?, _ source: Int) -> String {
      pages.text(ask(name), of: source, now: now) {
        made += 1
        return report(200 + source)
      }
    }
    var (page, found): (FederationReport, [String]) = (try read(text(nil, 0)), [])
    while true {
      found += page.members.map(\.name)
      guard let next = page.next else { break }
      page = try read(text(next, 0))
    }
    #expect(found == report(200).members.map(\.name).sorted() && made == 1)
    for name in [nil, "m1", "zz", "", "m199"] {
      #expect(text(name, 0) == JSONLine.text(report(200).page(after: name)), "after \(name ?? "nothing")")
      #expect(text(name, 0) == text(name, 0))
    }
    #expect(made == 1)
    #expect(text(nil, 1) == JSONLine.text(report(201).page(after: nil)) && made == 2)
    now += .milliseconds(1999)
    _ = text(nil, 1)
    #expect(made == 2)
    now += .milliseconds(1)
    _ = text(nil, 1)
    #expect(made == 3)
  }

  @Test("what the register has is in the next answer; what a member says of itself, after two seconds at the latest")
  func fresh() async throws {
    let desk = try await Desk()
    let pune = try await desk.join("pune")
    func names() async throws -> [String] {
      let page: FederationReport = try await desk.get(PageFields().request(.federation), from: .stranger)
      return page.members.map(\.name)
    }
    #expect(try await names() == ["authority", "pune"])
    _ = try await desk.join("oslo")
    #expect(try await names() == ["authority", "oslo", "pune"])
    var fields = pune.report
    fields.facts.alarms = ["copy-failing"]
    let _: ReportAnswer = try await desk.get(fields.request(.report), from: pune.peer)
    desk.time.pass(2)
    let page: FederationReport = try await desk.get(PageFields().request(.federation), from: .stranger)
    #expect(page.members.last?.alarms == ["copy-failing"])
  }
}
