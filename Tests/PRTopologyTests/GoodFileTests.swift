// SPDX-License-Identifier: Apache-2.0
import PRTopology
import PRWire
import Testing

/// The files that come with the project.
@Suite("Good files")
struct GoodFileTests {
  @Test("there is nothing to complain about", arguments: TopologyFiles.good)
  func clean(name: String) throws {
    let reading = Topology.read(
      try TopologyFiles.bytes(name), file: name, certificates: CertificateFiles(exists: { _ in true }))
    #expect(reading.diagnostics.map(\.description) == [])
    #expect(reading.topology != nil)
  }

  @Test("before the certificates are made, that is the only warning", arguments: TopologyFiles.withCertificates)
  func withoutCertificates(name: String) throws {
    let reading = Topology.read(
      try TopologyFiles.bytes(name), file: name, certificates: CertificateFiles(exists: { $0 == "." }))
    let only = try #require(reading.diagnostics.first)
    #expect(reading.diagnostics.count == 1)
    #expect(only.severity == .warning && only.rule == .tlsFile)
    #expect(reading.topology != nil)
  }

  @Test(
    "README.md names the command that makes the certificates which the files name",
    arguments: TopologyFiles.withCertificates)
  func readme(name: String) throws {
    let reading = Topology.read(
      try TopologyFiles.bytes(name), file: name, certificates: CertificateFiles(exists: { $0 == "." }))
    let help = try #require(reading.diagnostics.first?.suggestion)
    let names = try #require(help.split(separator: "topology/certificates tls ").last)
    #expect(try TopologyFiles.text("README.md").contains("./certificates tls \(names)\n"))
  }

  @Test("the farm: an authority, and five builders' nodes that ask it by TLS")
  func farm() throws {
    let topology = try #require(try TopologyFiles.topology("build-farm.yaml"))
    #expect(topology.names == ["authority"] + (1...5).map { "builder-\($0)" })
    #expect(topology.nodes.map(\.level) == [0, 1, 1, 1, 1, 1])
    #expect(topology.nodes.map { "\($0.lane)" } == ["0/1", "0/5", "1/5", "2/5", "3/5", "4/5"])
    for node in topology.nodes.dropFirst() {
      #expect(node.upstreams.map(\.node) == ["authority"])
      #expect(node.upstreams.map(\.endpoint) == [.tls(host: "authority.farm.example", port: 8586)])
      #expect(node.options.syncEvery?.description == "10s")
    }
    #expect(topology.nodes[0].upstreams.isEmpty && topology.nodes[0].options.syncEvery == nil)
  }

  @Test("the sites: three levels; one team sits on its site's machine and takes the short way")
  func sites() throws {
    let topology = try #require(try TopologyFiles.topology("sites.yaml"))
    #expect(topology.nodes.map(\.level) == [0, 1, 1, 2, 2, 2])
    #expect(
      topology.nodes.map { $0.upstreams.first?.node } == [
        nil, "headquarters", "headquarters", "pune", "pune", "toronto",
      ])
    #expect(topology["pune-apps"]?.upstreams.first?.endpoint == .tls(host: "pune.sites.example", port: 8586))
    #expect(topology["toronto-drivers"]?.upstreams.first?.endpoint == .tcp(host: "127.0.0.1", port: 8587))
    #expect(topology["toronto"]?.listeners.map(\.rights?.value) == [nil, "read"])
    #expect(topology["headquarters"]?.rights.map(\.rights.value) == ["read,import"])
  }

  @Test("the authority: two machines with one store, and a site that asks either")
  func authority() throws {
    let topology = try #require(try TopologyFiles.topology("authority.yaml"))
    #expect(topology.nodes.map(\.level) == [0, 0, 1])
    #expect(topology.nodes.map(\.allocates) == [true, true, true])
    #expect(topology.authorities.map(\.nodes) == [[0, 1]])
    #expect(
      topology.summary == [
        "3 nodes on 2 levels, good to serve",
        "authority on postgresql://hq-db1,hq-db2,hq-db3/headwater: nodes hq-1, hq-2",
      ])
    #expect(topology["site"]?.upstreams.map(\.node) == ["hq-1", "hq-2"])
  }

  @Test("the release: a mirror that copies, and a node that never changes")
  func release() throws {
    let topology = try #require(try TopologyFiles.topology("release.yaml"))
    #expect(topology.nodes.map(\.role) == [.node, .mirror, .frozen])
    #expect(topology.nodes.map(\.allocates) == [true, false, false])
    #expect(topology["release-5.0"]?.options.frozen == "release-5.0.frozen")
    #expect(topology["mirror"]?.upstreams.first?.endpoint == .tls(host: "hq.release.example", port: 8586))
  }
}
