// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("An upstream that comes back with", .ownThreads)
struct LostDatabaseTests {
  /// Checksums a, b and c of a package, with the values 0, 1 and 2 of the hub.
  private func adopt(_ checksums: [String], from hub: Hub, at site: Site) throws {
    for (number, checksum) in checksums.enumerated() {
      #expect(try hub.getPR("p", checksum) == "\(number)")
      #expect(try site.getPR("p", checksum) == .value("\(number)"))
    }
  }

  /// Others ask the hub, which gives out numbers for the second time; the node hears of them and keeps its own.
  private func giveOutAgain(_ first: Int, at hub: Hub, _ site: Site) throws {
    for number in first..<3 {
      #expect(try hub.getPR("p", "second-\(number)") == "\(number)", "the hub has forgotten this number")
      let history = try site.getPR("p", "second-\(number)", history: true).value
      let value = try site.getPR("p", "second-\(number)").value
      for value in [history, value] { #expect(value?.hasPrefix("2.") == true, "\(value ?? "none")") }
    }
  }

  @Test("an empty database gives out its numbers twice: the node does not", arguments: ["strict", "fallback"])
  func empty(policy: String) throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, away: policy)
    try adopt(["a", "b", "c"], from: hub, at: site)
    try hub.die()
    site.waitForLog(Site.away)
    #expect(try site.getPR("p", "c") == .value("2"), "known")
    try hub.comeBack(with: "empty.sqlite3")
    site.waitForLog(Site.back)
    #expect(try site.getPR("p", "d") == .value("2.0"))
    try giveOutAgain(0, at: hub, site)
    // What was superseded gets a greater value, and never one that is another's.
    #expect(try site.getPR("p", "a").value?.hasPrefix("2.") == true)
    #expect(try site.getPR("p", "a", history: true) == .value("0"))
    try site.expectNoDuplicates()
    #expect(site.hasLogged(Site.away, times: 1) && site.hasLogged(Site.back, times: 1), "\(site.server.log)")
    try site.server.stop()
  }

  @Test(
    "last week's database gives out this week's numbers twice: the node does not", arguments: ["strict", "fallback"])
  func restored(policy: String) throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, away: policy)
    #expect(try hub.getPR("p", "a") == "0")
    try hub.backUp(to: "last-week.sqlite3")
    try adopt(["a", "b", "c"], from: hub, at: site)
    try hub.die()
    site.waitForLog(Site.away)
    try hub.comeBack(with: "last-week.sqlite3")
    site.waitForLog(Site.back)
    try giveOutAgain(1, at: hub, site)
    #expect(try site.getPR("p", "b", history: true) == .value("1"))
    // The hub goes on: what it says next is greater than all that the node has.
    #expect(try hub.getPR("p", "next") == "3")
    #expect(try site.getPR("p", "next") == .value("3"))
    try site.expectNoDuplicates()
    try site.server.stop()
  }
}
