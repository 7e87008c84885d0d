// SPDX-License-Identifier: Apache-2.0
import PRTopology
import Testing

@Suite("A federation on one machine")
struct LocalFederationTests {
  private static func local(_ topology: Topology?) throws -> LocalFederation {
    let topology = try #require(topology)
    let ports = Array(9001..<9001 + LocalFederation.portNames(of: topology).count)
    return LocalFederation(topology, files: LocalFiles(folder: "/w"), ports: ports)
  }

  private static func options(_ federation: LocalFederation, _ name: String) throws -> [String] {
    try #require(federation.nodes.first { $0.name == name }).serveOptions { $0.hasPrefix("/") ? $0 : "/srv/\($0)" }
      .arguments
  }

  @Test("a site asks where its upstream is now, and keeps what it is", arguments: ["sites.yaml"])
  func site(file: String) throws {
    let sites = try Self.local(try TopologyFiles.topology(file))
    #expect(sites.nodes.map(\.level) == [0, 1, 1, 2, 2, 2], "those above come first")
    let headquarters = try #require(sites.nodes.first)
    #expect(headquarters.endpoints.map { "\($0)" } == ["tcp://127.0.0.1:9001", "tls://127.0.0.1:9002"])
    let options = try Self.options(sites, "toronto")
    let address = "tcp://127.0.0.1:9005"
    for option in [
      "--name=toronto", "--listen=tls://127.0.0.1:9004", "--listen=\(address)", "--rights=\(address)=read",
      "--upstream=tls://127.0.0.1:9002", "--upstream-deadline=3s", "--lane=1/2", "--level=1",
      "--database=/w/toronto.sqlite3", "--tls-certificate=/w/tls/toronto.sites.example.pem",
      "--tls-key=/w/tls/toronto.sites.example.key", "--tls-trust=/w/ca.pem",
    ] { #expect(options.contains(option), "\(option) in \(options)") }
    #expect(!options.contains { $0.hasPrefix("--log-format") }, "the logs are shown together, as text")
    let drivers = try Self.options(sites, "toronto-drivers")
    #expect(drivers.contains("--upstream=\(address)"), "on one machine it asks by TCP, here as there")
    #expect(!drivers.contains { $0.hasPrefix("--tls") }, "it speaks no TLS")
  }

  @Test("certificates are for machines, and for names that have rights")
  func certificates() throws {
    let sites = try Self.local(try TopologyFiles.topology("sites.yaml"))
    #expect(
      sites.certificates.map(\.names[0]) == [
        "hq.sites.example", "pune.sites.example", "toronto.sites.example", "kernel.pune.sites.example",
        "apps.pune.sites.example", "release.sites.example",
      ])
    #expect(sites.certificates.allSatisfy { $0.names.suffix(2) == ["localhost", "127.0.0.1"] })
    #expect(sites.certificates[0].path == "/w/tls/hq.sites.example.pem")
  }

  @Test("a frozen file stays where it is; a database does not")
  func frozen() throws {
    let release = try Self.local(try TopologyFiles.topology("release.yaml"))
    let options = try Self.options(release, "release-5.0")
    #expect(options.contains("--frozen=/srv/release-5.0.frozen"))
    #expect(!options.contains { $0.hasPrefix("--database") })
  }

  @Test("socket files get short paths; servers elsewhere stay where they are; each node has a page")
  func odds() throws {
    let text = """
      nodes:
        a:
          listen: [unix:///run/headwater/a-rather-long-name.sock, tcp://127.0.0.1:0]
          status: 127.0.0.1:8686
          status-token-file: token
          ready-file: a.ready
        b:
          upstream: [a, tls://hq.example:8586]
          listen: tcp://127.0.0.1:8587
      """
    let federation = try Self.local(Topology.read(text.utf8, file: "t.yaml").topology)
    #expect(federation.nodes[0].endpoints.map { "\($0)" } == ["unix:///w/a.0", "tcp://127.0.0.1:9001"])
    let first = try Self.options(federation, "a")
    #expect(first.contains("--status=tcp://127.0.0.1:9003"))
    #expect(!first.contains { $0.hasPrefix("--status-token-file") || $0.hasPrefix("--ready-file") })
    let second = try Self.options(federation, "b")
    #expect(
      second.filter { $0.hasPrefix("--upstream=") } == ["--upstream=unix:///w/a.0", "--upstream=tls://hq.example:8586"])
    #expect(federation.nodes[1].upstreams == ["a", "tls://hq.example:8586"])
    #expect(Set(federation.nodes.map { "\($0.statusPage)" }).count == 2)
  }
}
