// SPDX-License-Identifier: Apache-2.0
import PRTopology
import Testing

/// A node as a command line of `headwater serve`.
@Suite("Options of a node")
struct ServeOptionTests {
  private static func options(_ file: String, _ node: String) throws -> [String] {
    let topology = try #require(try TopologyFiles.topology(file))
    return try #require(topology[node]).serveOptions { "/srv/\($0)" }.arguments
  }

  @Test("a site of the sites")
  func site() throws {
    #expect(
      try Self.options("sites.yaml", "toronto") == [
        "--name=toronto", "--listen=tls://0.0.0.0:8586", "--listen=tcp://127.0.0.1:8587",
        "--database=/srv/toronto.sqlite3", "--upstream=tls://hq.sites.example:8586", "--upstream-away=fallback",
        "--upstream-deadline=3s", "--sync-every=60s", "--rights=tcp://127.0.0.1:8587=read", "--level=1", "--lane=1/2",
        "--log-format=json", "--tls-certificate=/srv/tls/toronto.sites.example.pem",
        "--tls-key=/srv/tls/toronto.sites.example.key", "--tls-trust=/srv/tls/ca.pem",
        "--status=tcp://127.0.0.1:9585",
      ])
  }

  @Test("a mirror stores nothing and copies, a frozen node names its file")
  func roles() throws {
    let mirror = try Self.options("release.yaml", "mirror")
    #expect(mirror.contains("--read-only") && mirror.contains("--sync-every=30s"))
    #expect(try Self.options("release.yaml", "release-5.0").contains("--frozen=/srv/release-5.0.frozen"))
  }

  @Test("a flag that is switched off is told with 'no-', or not at all")
  func flags() throws {
    let text = "nodes:\n  a:\n    read-only: false\n    tls: {require-client-certificate: false}\n"
    let node = try #require(Topology.read(text.utf8, file: "t").topology?["a"])
    #expect(node.serveOptions { $0 }.arguments == ["--name=a", "--no-tls-require-client-certificate"])
  }
}
