// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Alarms of a node", .ownThreads)
struct AlarmTests {
  @Test("count what is minted while the line is cut, and end when it is back")
  func alone() throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, with: ["--status", "0"])
    try hub.die()
    site.waitForLog(Site.away)
    for number in 0..<3 { #expect(try site.getPR("p", "\(number)") == .value("0.\(number)")) }
    #expect(Set(try site.server.alarms()) == ["upstream-away:\(hub.address)", "minted-without-upstream"])
    #expect(try site.server.look("/metrics").body.contains("headwater_minted_without_upstream_total 3\n"))
    let text = try Tool().run("status", "--server", "\(try #require(site.server.statusPage))").output
    #expect(text.contains("minted alone  3 without the upstream since "), "\(text)")
    #expect(try site.server.look("/").body.contains("3 without the upstream since "))
    try hub.comeBack()
    site.waitForLog("an alarm is over alarm=minted-without-upstream")
    #expect(site.server.hasLogged("3 values were minted without the upstream in "), "\(site.server.log)")
    #expect(site.logs("an alarm was raised alarm=minted-without-upstream") <= 1)
    #expect(try site.server.look("/metrics").body.contains("headwater_minted_without_upstream_total 3\n"))
    try site.server.stop()
  }

  @Test("are acknowledged: they count no more, and come again with their cause")
  func acknowledged() throws {
    let hub = try Hub()
    let site = try Site(below: hub.address, with: ["--status", "0"])
    let page = "\(try #require(site.server.statusPage))"
    let (tool, id) = (try Tool(), "upstream-away:\(hub.address)")
    try hub.die()
    site.waitForLog(Site.away)
    #expect(try tool.run("status", "--server", page).output.contains("! \(id): "))
    #expect(try tool.run("status", "--server", page, "--acknowledge", id).succeeded().output == "acknowledged \(id)\n")
    let after = try tool.run("status", "--server", page).succeeded().output
    #expect(after.hasPrefix("state        ready\n") && after.contains("- \(id): ") && after.contains("acknowledged"))
    #expect(try site.server.look("/metrics").body.contains("headwater_alarms 0\n"))
    #expect(try site.server.look("/").body.contains("<span class=\"pill good\">ready</span>"))
    try tool.run("status", "--server", page, "--acknowledge", "none").failed(saying: "no such alarm")
    try hub.comeBack()
    site.waitForLog(Site.back)
    #expect(try site.server.alarms() == [])
    try hub.die()
    site.waitForLog(Site.away, times: 2)
    #expect(try site.server.look("/metrics").body.contains("headwater_alarms 1\n"))
    try site.server.stop()
  }

  @Test("are acknowledged with the token, or by this machine's own programs, and not by a foreign page")
  func mayNot() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("s3cret\n", to: "token")
    let (ours, target) = ("X-Headwater-Acknowledge: 1", "/api/acknowledge?alarm=x")
    let local = try ServerProcess(["--status", "0"])
    #expect(try local.look(target, method: "POST", headers: ["Origin: http://evil.example"]).status == 403)
    #expect(try local.look(target, method: "POST", headers: [ours]).status == 404, "no such alarm")
    #expect(try local.look(target, headers: [ours]).status == 404, "by GET there is nothing")
    try local.stop()
    let open = try ServerProcess(["--status", "tcp://0.0.0.0:0"])
    #expect(try open.look(target, method: "POST", headers: [ours]).status == 403)
    try open.stop()
    let closed = try ServerProcess(["--status", "tcp://0.0.0.0:0", "--status-token-file", path])
    #expect(try closed.look(target, method: "POST", headers: [ours]).status == 401)
    let token = "Authorization: Bearer s3cret"
    #expect(try closed.look(target, method: "POST", headers: [ours, token]).status == 404)
    #expect(try closed.look(target, method: "POST", headers: [token]).status == 403)
    try closed.stop()
  }
}
