// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@Suite("A node with a lane set by hand, below a federation", .ownThreads)
struct HandMadeLaneTests {
  @Test("is on record: commands, joins and a server that starts again refuse what overlaps, until it has another lane")
  func story() throws {
    let authority = try ManagedNode.authority(serving: ["--status", "0"])
    let pune = try authority.member("pune")
    let line = try authority.invite("oslo")
    let plain = try #require(authority.server).address
    let alone = try ServerProcess(["--upstream", "\(plain)", "--level", "1", "--lane", "0/1"])
    #expect(try alone.connect().ask(Requests.getPR("v", "a"))["value"] != nil)
    let server = try #require(authority.server)
    try server.wait { try authority.run(["federation"]).contains("set by hand") }
    try server.wait { try server.alarms().contains { $0.hasPrefix("hand-made-lane:") } }
    try Tool(in: authority.folder).run(["invite", "rome"]).failed(saying: "start it with '--lane 1/256'")
    try Tool(in: authority.folder).run(["federation", "relane", "pune"]).failed(saying: "--lane 1/256")
    try Tool().run(line).failed(saying: "--lane 1/256")
    try alone.stop()
    try authority.stop()
    try authority.start()
    try Tool(in: authority.folder).run(["invite", "rome"]).failed(saying: "--lane 1/256")
    let store = try #require(
      JSONValue(authority.run(["federation", "--json"]))["handMade"]?.elements.first?["store"]?.string)
    #expect(try authority.run(["federation", "forget-lane", store]).contains(store))
    #expect(try authority.run(["federation"]).contains("forgotten"))
    try authority.run(["invite", "rome"])
    let again = try #require(authority.server)
    try again.wait { try !again.alarms().contains { $0.hasPrefix("hand-made-lane:") } }
    try Tool(in: authority.folder).run(["federation", "forget-lane", store]).failed(saying: "no such store")
    for node in [pune, authority] { try node.stop() }
  }
}
