// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A reload that cannot be", .ownThreads)
struct ReloadRefusalTests {
  private static let good = "listen: tcp://127.0.0.1:0\ndatabase: pr.sqlite3"

  /// Expects that it is refused with these words on one line, and that nothing else happens.
  private func expectRefusal(
    _ node: ReloadingNode, _ connection: RawConnection, saying words: String...
  ) throws {
    let line = try node.reload()
    for word in [ReloadingNode.refused] + words { #expect(line.contains(word), "\(word) in: \(line)") }
    #expect(try connection.ask(Requests.ping) == .alive, "connections go on")
    #expect(try node.server.connect().ask(Requests.ping) == .alive, "and others may come")
  }

  @Test("because of the file is told with its places, and the old one goes on, until the file is mended")
  func file() throws {
    let node = try ReloadingNode(Self.good)
    let connection = try node.server.connect()
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"))
    try node.rewrite(Self.good + "\ndurability: ful\nlevl: 3")
    try expectRefusal(
      node, connection, saying: "topology.yaml:5:17: error: invalid value 'ful' for 'durability'", "topology.yaml:6:5: "
    )
    try node.folder.write("nodes:\n  nod:\n    database: pr.sqlite3\n", to: "topology.yaml")
    try expectRefusal(node, connection, saying: "topology.yaml has no node 'node': did you mean 'nod'?")
    try node.folder.write("nodes: {", to: "topology.yaml")
    try expectRefusal(node, connection, saying: "topology.yaml:2:1: error")
    try FileManager.default.removeItem(atPath: node.folder.path("topology.yaml"))
    try expectRefusal(node, connection, saying: "cannot read the topology topology.yaml")
    try node.rewrite(Self.good)
    #expect(try node.reload().contains("nothing has changed"))
    #expect(try connection.ask(Requests.getPR("p", "b")) == .value("1"), "all the time it was one connection")
    try node.server.stop()
  }

  @Test("because there are too few descriptors is told, whatever there are too few for, and the old one goes on")
  func descriptors() throws {
    let node = try ReloadingNode(Self.good, ["--status", "0"])
    var (maximum, drained, refusals) = (try node.descriptors + 64, 0, [String]())
    // From more than enough down to next to none: a limit that was lowered is not raised again. What was open at first
    // may have been more than what stays.
    while refusals.count <= 10 {
      try #require(maximum > 0, "nothing is refused: \(node.server.log)")
      try node.allowDescriptors(maximum)
      try node.rewrite(Self.good + "\nlimits: {max-in-flight: \(maximum)}")
      let outcome = try node.reload()
      if outcome.contains(ReloadingNode.inForce) {
        drained += 1
        node.waitUntilDrained(times: drained)
      } else {
        #expect(outcome.contains(ReloadingNode.refused))
        refusals.append(outcome)
      }
      maximum -= 1
    }
    #expect(drained > 0)
    #expect(refusals.contains { $0.contains("Too many open files: raise the limit") }, "\(refusals)")
    #expect(try node.server.look("/readyz").status == 200)
    try node.server.stop()
  }

  @Test("because of what the file names is told with its name, and leaves nothing behind")
  func surroundings() throws {
    let other = try ServerProcess()
    let folder = try TemporaryFolder()
    let node = try ReloadingNode(Self.good, ["--status", "0"], in: folder)
    let connection = try node.server.connect()
    let socket = "unix://\(folder.path)/new"
    try node.rewrite("listen: 7")
    try expectRefusal(node, connection, saying: "topology.yaml:3:13: error")
    #expect(try node.server.look("/readyz").status == 200)
    let before = try node.descriptors
    try node.rewrite("listen: [tcp://127.0.0.1:0, '\(socket)']\ndatabase: nowhere/pr.sqlite3")
    try expectRefusal(node, connection, saying: "nowhere/pr.sqlite3", "folder")
    try folder.write(String(repeating: "rubbish ", count: 100), to: "rubbish")
    try node.rewrite("listen: [tcp://127.0.0.1:0, '\(socket)']\ndatabase: rubbish")
    try expectRefusal(node, connection, saying: "not an SQLite database")
    try node.rewrite("listen: [tcp://127.0.0.1:0, '\(socket)', '\(other.address)']\ndatabase: pr.sqlite3")
    try expectRefusal(node, connection, saying: "cannot listen on \(other.address): another program does")
    try node.rewrite("listen: tcp://0.0.0.0:\(node.server.address.port!)\ndatabase: pr.sqlite3")
    try expectRefusal(node, connection, saying: "this server does, on \(node.server.address)")
    try node.rewrite(
      "listen: [tcp://127.0.0.1:0, 'tls://127.0.0.1:0']\ntls: {certificate: no.pem, key: no.key, trust: ca.pem}")
    try expectRefusal(node, connection, saying: "no.pem")
    try node.rewrite(Self.good + "\nready-file: nowhere/ready")
    try expectRefusal(node, connection, saying: "nowhere/ready")
    try node.rewrite(Self.good + "\nlimits: {max-depth: 1000}")
    try expectRefusal(node, connection, saying: "depth")
    #expect(!folder.exists("new"))
    #expect(try connection.ask(Requests.ping) == .alive)
    try node.waitForDescriptors(atMost: before)
    try node.server.stop()
    try other.stop()
  }

  @Test("because its ready file cannot be written ends again when it is ready, and the old one and its file stay")
  func readyFile() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("taken"), withIntermediateDirectories: false)
    let node = try ReloadingNode(Self.good + "\nready-file: ready", in: folder)
    let connection = try node.server.connect()
    try node.rewrite(Self.good + "\nready-file: taken")
    try expectRefusal(node, connection, saying: "cannot write the ready file taken")
    node.waitUntilDrained(times: 1)
    #expect(try folder.read("ready") == "listening on \(node.server.address)\n")
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"))
    try node.change(to: Self.good + "\nready-file: other")
    #expect(folder.exists("other") && !folder.exists("ready"))
    #expect(try node.server.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    try node.server.stop()
    #expect(!folder.exists("other"))
  }
}
