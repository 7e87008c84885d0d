// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A server with rows of its own joins", .ownThreads)
struct JoinWithRowsTests {
  @Test("values that the federation has for other contents are listed, and no number names two contents from then on")
  func rivals() throws {
    let authority = try ManagedNode.authority()
    #expect(try authority.number("v", "a") == "0" && authority.number("v", "b") == "1")
    #expect(try authority.number("w", "same") == "0")
    let alone = try ServerProcess([])
    let connection = try alone.connect()
    #expect(try connection.ask(Requests.getPR("v", "b"))["value"] == .string("0"))
    #expect(try connection.ask(Requests.getPR("v", "c"))["value"] == .string("1"))
    #expect(try connection.ask(Requests.getPR("w", "same"))["value"] == .string("0"))
    try alone.stop()

    let line = try authority.invite("pune")
    let tool = try Tool(in: alone.folder)
    let asked = try tool.run(line)
    #expect(asked.ending == .exit(1) && asked.errors.contains("give --yes") && asked.errors.contains("revoke pune"))
    let list = """
      prserv.sqlite3 has 2 values that the federation has given to other contents:
        v core2-64 0: here b, there a
        v core2-64 1: here c, there b

      """
    #expect(asked.output.hasPrefix(list), "\(asked.output)")
    #expect(try tool.run("federation").errors.contains("is in no federation"), "nothing was kept")
    let keys = try FileManager.default.contentsOfDirectory(atPath: alone.folder.path("prserv.sqlite3.keys"))
    #expect(keys.count == 1 && keys[0].hasPrefix("joining-"), "\(keys)")

    let joined = try tool.run(line + ["--yes"]).succeeded()
    #expect(joined.output.hasPrefix(list) && joined.output.contains("pune is a member of hq.example"))
    let pune = try ServerProcess(["--status", "0"], in: alone.folder)
    let site = try pune.connect()
    // What both had before stays as it was; these are new at one of them, or at both.
    var given: [String: Set<String>] = ["0": ["a"], "1": ["b"]]
    let top = try #require(authority.server).connect()
    for (node, checksum) in [(site, "a"), (site, "d"), (top, "d"), (top, "e"), (site, "e"), (top, "c")] {
      let value = try #require(try node.ask(Requests.getPR("v", checksum))["value"]?.string)
      given[value, default: []].insert(checksum)
    }
    #expect(given.count > 3 && given.values.allSatisfy { $0.count == 1 }, "\(given)")
    #expect(try site.ask(Requests.testPR("v", "b", history: true))["value"] == .string("0"), "own rows stay own rows")
    try pune.stop()
    try authority.stop()
  }

  @Test("a join that goes on after its server has numbered once more is refused, and an invitation anew takes it in")
  func numberedMeanwhile() throws {
    let authority = try ManagedNode.authority()
    #expect(try authority.number("v", "a") == "0")
    let alone = try ServerProcess([])
    #expect(try alone.connect().ask(Requests.getPR("v", "b"))["value"] == .string("0"))
    let line = try authority.invite("pune")
    let tool = try Tool(in: alone.folder)
    #expect(try tool.run(line).errors.contains("give --yes"))
    #expect(try alone.connect().ask(Requests.getPR("v", "c"))["value"] == .string("1"))
    try tool.run(line + ["--yes"]).failed(saying: "has numbered since", "invite NAME --again")
    try alone.stop()
    let joined = try tool.run(authority.invite("pune", ["--again"]) + ["--yes"]).succeeded()
    #expect(joined.output.contains("pune is a member of hq.example"))
    try tool.run(line + ["--yes"]).failed(saying: "is the member pune of hq.example already")
    try authority.stop()
  }

  @Test("nothing is asked where no value names two contents")
  func alike() throws {
    let authority = try ManagedNode.authority()
    #expect(try authority.number("v", "a") == "0")
    let alone = try ServerProcess([])
    #expect(try alone.connect().ask(Requests.getPR("v", "a"))["value"] == .string("0"))
    #expect(try alone.connect().ask(Requests.getPR("other", "a"))["value"] == .string("0"))
    try alone.stop()
    let joined = try Tool(in: alone.folder).run(authority.invite("pune")).succeeded()
    #expect(joined.output.hasPrefix("pune is a member of hq.example"), "\(joined.output)")
    try authority.stop()
  }
}
