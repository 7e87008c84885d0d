// SPDX-License-Identifier: Apache-2.0
import PRTopology
import Testing

/// How a file is read, beyond single mistakes.
@Suite("Reading")
struct ReadingTests {
  @Test("all mistakes are told at once, in the order of the file")
  func allAtOnce() {
    let complaints = TopologyFiles.complaints(
      """
      titel: x
      nodes:
        hq:
          durability: fast
          durability: full
          lanes: 0/1
          listen: tcp://localhost
        site:
          upstream: hp
          lane: 3/2
      """)
    #expect(
      complaints.map { String($0.prefix { $0 != "\n" }) } == [
        "t.yaml:1:1: error: unknown key 'titel'",
        "t.yaml:4:17: error: invalid value 'fast' for 'durability': write full, normal or off",
        "t.yaml:5:5: error: the key 'durability' occurs here a second time",
        "t.yaml:6:5: error: unknown key 'lanes'",
        "t.yaml:7:13: error: 'tcp://localhost' is not an address: it must end in a port, as in tcp://127.0.0.1:8585",
        "t.yaml:9:15: error: there is no node 'hp'",
        "t.yaml:10:11: error: invalid value '3/2' for 'lane': a lane is written k/n with k below n, such as 0/4 to 3/4",
      ])
  }

  @Test("keys that stand twice in several mappings, three times, and in quotes are all found")
  func repeated() {
    let complaints = TopologyFiles.complaints(
      "nodes:\n  a: {role: node, role: node, \"role\": node}\n  b:\n    tls: {key: k, certificate: c}\n    tls:\n      key: k\n      certificate: c\n    listen: tcp://127.0.0.1:1\n"
    )
    #expect(
      complaints.map { String($0.prefix { $0 != "\n" }) } == [
        "t.yaml:2:19: error: the key 'role' occurs here a second time",
        "t.yaml:2:31: error: the key 'role' occurs here a second time",
        "t.yaml:5:5: error: the key 'tls' occurs here a second time",
      ])
  }

  @Test("a mistake in the defaults is told once, however many nodes there are")
  func defaultsOnce() {
    let complaints = TopologyFiles.complaints(
      "defaults:\n  durability: ful\nnodes:\n  a: {listen: 'tcp://127.0.0.1:1'}\n  b: {listen: 'tcp://127.0.0.1:2'}\n")
    #expect(complaints.count == 1)
  }

  @Test("a node's own keys win over the defaults, in groups key by key")
  func merging() throws {
    let text = """
      defaults:
        durability: normal
        log: {level: debug, format: json}
        rights: {a.example: read, b.example: read}
        upstream: hq
      nodes:
        hq: {upstream: [], listen: 'tcp://127.0.0.1:1'}
        site: {durability: full, log: {level: info}, rights: {b.example: [read, allocate]}, listen: 'tcp://127.0.0.1:2'}
      """
    let site = try #require(Topology.read(text.utf8, file: "t").topology?["site"])
    #expect(site.options.durability == "full")
    #expect(site.options.logLevel == "info" && site.options.logFormat == "json")
    #expect(site.rights.map(\.rights.value) == ["read", "read,allocate"])
    #expect(site.upstreams.map(\.node) == ["hq"])
  }

  @Test("marks tell the place of every value")
  func marks() throws {
    let text = "nodes:\n  hq:\n    listen:\n      - tcp://127.0.0.1:1\n    durability: full\n"
    let hq = try #require(Topology.read(text.utf8, file: "t").topology?["hq"])
    #expect(hq.name.place == SourceLocation(line: 2, column: 3))
    #expect(hq.listeners[0].endpoint.place == SourceLocation(line: 4, column: 9))
    #expect(hq.place(of: \.durability) == SourceLocation(line: 5, column: 17))
  }

  @Test("two hierarchies in one file do not share lanes")
  func families() {
    let complaints = TopologyFiles.complaints(
      """
      nodes:
        a: {listen: 'tcp://127.0.0.1:1'}
        b: {listen: 'tcp://127.0.0.1:2'}
        below-a: {listen: 'tcp://127.0.0.1:3', upstream: a}
        below-b: {listen: 'tcp://127.0.0.1:4', upstream: b}
      """)
    #expect(complaints == [])
  }

  @Test("two nodes below one server outside of the file share its lanes")
  func strangers() {
    let complaints = TopologyFiles.complaints(
      "nodes:\n  a: {listen: 'tcp://127.0.0.1:1', upstream: 'tls://x.example:1'}\n  b: {listen: 'tcp://127.0.0.1:2', upstream: 'tls://x.example:1'}\n"
    )
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("'b' numbers in lane 0/1 of level 1, as 'a' does") == true)
  }

  @Test("a file of Windows, with a byte order mark, has the same places")
  func windows() {
    let text = "\u{FEFF}nodes:\r\n  hq:\r\n    durabilty: full\r\n"
    #expect(
      TopologyFiles.complaints(text).first?.hasPrefix(
        "t.yaml:3:5: error: unknown key 'durabilty'\n    durabilty: full\n    ^\n") == true)
  }

  @Test("bytes that are no UTF-8 are told with their place")
  func encoding() {
    let bytes = Array("nodes:\n  hq:\n    description: ".utf8) + [0xFF, 0x0A]
    let diagnostics = Topology.read(bytes, file: "t.yaml").diagnostics
    #expect(diagnostics.map(\.rule) == [.encoding] && diagnostics.first?.line == 3 && diagnostics.first?.column == 18)
  }
}
