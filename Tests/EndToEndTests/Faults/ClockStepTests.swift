// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// Wall clocks that are set while nodes serve. The monotonic clock goes on, as it does on a machine whose clock is set.
@Suite(
  "Nodes whose wall clocks are set", .ownThreads, .enabled(if: FaultControl.isPossible, "needs to preload a library"))
struct ClockStepTests {
  private static let hour = 3600
  private static let day = 24 * hour

  @Test("by hours and days, both ways, answer as before", arguments: Seed.several(1))
  func steps(seed: Seed) throws {
    let chain = try FaultyChain()
    try chain.expectOrder(seed, requests: runsLongTests ? 8000 : 600, disturbances: 8) { moment in
      var numbers = Seed(seed.number &+ UInt64(moment)).numbers
      let control = chain.controls.randomElement(using: &numbers)
      control?.wallOffset = .random(in: -48 * Self.hour...48 * Self.hour, using: &numbers)
    }
    try chain.stop()
  }

  @Test("by more than half a minute are an alarm at the node below, until they agree again", arguments: [-61, 61])
  func alarm(offset: Int) throws {
    let folder = try TemporaryFolder()
    let hub = "unix://" + folder.path("hub.socket")
    let first = try ServerProcess(in: folder, database: "hub.sqlite3", listeners: [hub])
    let control = try FaultControl()
    control.wallOffset = offset
    let site = try ServerProcess(
      ["--upstream", hub, "--sync-every", "off", "--status", "0"], environment: control.environment)
    func alarm() throws -> String? { try site.alarm("clock-differs:\(hub)") }
    try site.wait { try alarm() != nil }
    let text = try #require(try alarm())
    #expect(text.contains(offset < 0 ? "ahead of" : "behind"), "\(text)")
    #expect(text.contains(#/(?:59|60|61) s/#), "\(text)")
    #expect(site.hasLogged("an alarm was raised alarm=clock-differs:", times: 1), "\(site.log)")
    // The next connection compares them anew.
    control.wallOffset = 0
    try first.stop()
    let second = try ServerProcess(in: folder, database: "hub.sqlite3", listeners: [hub])
    try site.wait { try alarm() == nil }
    try site.stop()
    try second.stop()
  }

  @Test("beyond the dates of a certificate trust the upstream again when they are set right")
  func certificates() throws {
    let authority = try Authority("root", "site")
    let root = try ServerProcess(authority.options("root"), listeners: ["tls://127.0.0.1:0", "tcp://127.0.0.1:0"])
    let above = try RawConnection(to: root.addresses[1])
    let line = try Relay(to: root.address)
    let control = try FaultControl()
    let site = try ServerProcess(
      ["--upstream", line.address.tls(), "--upstream-deadline", "2s", "--sync-every", "off"]
        + authority.options("site"),
      environment: control.environment)
    let connection = try site.connect()
    for package in ["p", "q"] { #expect(try above.ask(Requests.getPR(package, "above")) == .value("0")) }
    #expect(try connection.ask(Requests.getPR("p", "above")) == .value("0"))
    for (turn, (step, reason)) in [
      (-2 * Self.day, "certificate is not yet valid"), (900 * Self.day, "certificate has expired"),
    ].enumerated() {
      control.wallOffset = step
      line.cut()
      line.heal()
      site.waitForLog(reason)
      site.waitForLog(Site.away, times: turn + 1)
      #expect(try connection.ask(Requests.getPR("p", "alone \(turn)")) == .value("0.\(turn)"))
      control.wallOffset = 0
      site.waitForLog(Site.back, times: turn + 1)
    }
    #expect(try connection.ask(Requests.getPR("q", "above")) == .value("0"), "the upstream is asked again")
    try site.stop()
    try root.stop()
  }

  @Test("show no age below zero, whatever the step", arguments: [-400 * day, -2 * hour, 2 * hour, 400 * day])
  func ages(step: Int) throws {
    let control = try FaultControl()
    let hub = try Hub()
    let site = try ServerProcess(
      ["--status", "0", "--upstream", hub.address, "--sync-every", "60s"], environment: control.environment)
    let connection = try site.connect()
    #expect(try connection.ask(Requests.getPR("p", "before")) == .value("0.0"))
    control.wallOffset = step
    #expect(try connection.ask(Requests.getPR("p", "after")) == .value("0.1"))
    try hub.die()
    site.waitForLog(Site.away)
    control.wallOffset = -step
    #expect(try connection.ask(Requests.getPR("p", "alone")) == .value("0.2"))
    let report = try site.look("/api/status")
    for (key, number) in try report.json.numbers() where number < 0 { Issue.record("\(key) is \(number)") }
    for line in try site.look("/metrics").body.split(separator: "\n") where !line.hasPrefix("#") {
      #expect(line.split(separator: " ").last?.hasPrefix("-") == false, "\(line)")
    }
    #expect(try site.look("/").status == 200 && site.look("/readyz").status == 200)
    try Tool().run("status", "--server", "\(try #require(site.statusPage))").succeeded()
    try site.stop()
  }
}

extension JSONValue {
  /// All numbers in it that are whole, each with the key that it stands behind.
  fileprivate func numbers(_ key: String = "") -> [(key: String, number: Int)] {
    switch self {
    case .object(let members): members.flatMap { $1.numbers("\(key).\($0)") }
    case .array(let elements): elements.flatMap { $0.numbers(key) }
    case .integer(let number): [(key, Int(clamping: number))]
    default: []
    }
  }
}
