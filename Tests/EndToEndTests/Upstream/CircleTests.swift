// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Nodes that stand above each other in a circle", .ownThreads)
struct CircleTests {
  private func alarm(_ node: ServerProcess) throws -> String? { try node.alarm("question-loop") }

  /// As the node greets with it: the status page may be a second old.
  private func level(_ node: ServerProcess) throws -> String? { try node.greet().1.first { $0.hasPrefix("level: ") } }

  @Test("a question that comes round is an alarm at both ends, and levels rise no more", arguments: [2, 3])
  func circle(length: Int) throws {
    let folder = try TemporaryFolder()
    let address = { (index: Int) in "unix://" + folder.path("\(index).socket") }
    let nodes = try (0..<length).map { index in
      try ServerProcess(
        (index == 0 ? ["--level", "1"] : []) + [
          "--status", "0", "--upstream", address((index + 1) % length), "--sync-every", "off", "--lock-timeout", "5s",
          "--upstream-deadline",
          "10s",
        ], in: folder, database: "\(index).sqlite3", listeners: [address(index)])
    }
    let connection = try nodes[0].connect()
    var asked = 0
    func ask() throws {
      asked += 1
      #expect(try connection.ask(Requests.getPR("busybox", "\(asked)"))["value"] != nil)
    }
    // The first connections fail, since the sockets are made one after the other.
    try nodes[0].wait {
      try ask()
      return try alarm(nodes[0]) != nil
    }
    let text = try #require(try alarm(nodes[0]))
    for node in nodes {
      let store = try #require(try node.look("/api/status").json["node"]?["store"]?.string)
      #expect(text.contains(store), "\(text)")
    }
    #expect(try alarm(nodes[length - 1]) != nil, "the node that was refused")
    #expect(nodes[0].hasLogged("an alarm was raised alarm=question-loop", times: 1), "\(nodes[0].log)")
    // The level of the node that was refused is passed down to the others.
    for _ in 0..<20 { try ask() }
    let levels = try nodes.map(level)
    for _ in 0..<20 { try ask() }
    let after = try nodes.map(level)
    #expect(after == levels && levels.allSatisfy { $0 != nil }, "\(levels) became \(after); \(nodes.map(\.log))")
    for node in nodes { try node.stop() }
  }

  @Test(
    "a client that sends a path which this store is in gets the circle, and an alarm at a node with an upstream alone")
  func saidBelow() throws {
    let server = try ServerProcess(["--status", "0"])
    let store = try #require(try server.look("/api/status").json["node"]?["store"]?.string)
    let connection = try server.connect()
    let question = { (via: String) in
      #"{"lookup":{"version":"v","pkgarch":"p","checksum":"c","via":\#(via)}}"#
    }
    #expect(
      try connection.ask(question(#"["\#(store)","x"]"#))["loop"]
        == .array([.string(store), .string("x"), .string(store)]))
    #expect(try connection.ask(question(#"["x"]"#))["complete"] == .bool(true))
    #expect(try connection.ask(question(#"[""]"#)).refusal?.contains("via") == true)
    #expect(try alarm(server) == nil)
    try server.stop()
  }
}
