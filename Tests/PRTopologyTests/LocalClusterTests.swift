// SPDX-License-Identifier: Apache-2.0
import PRTopology
import Testing

@Suite("An authority on PostgreSQL on one machine")
struct LocalClusterTests {
  private static func local(_ topology: Topology?, in folder: String = "/w") throws -> LocalFederation {
    let topology = try #require(topology)
    let ports = Array(9001..<9001 + LocalFederation.portNames(of: topology).count)
    return LocalFederation(topology, files: LocalFiles(folder: folder), ports: ports)
  }

  private static func text(_ databases: String...) -> Topology? {
    let nodes = databases.enumerated().map { "  n\($0): {host: h\($0).example, database: '\($1)'}\n" }
    return Topology.read("nodes:\n\(nodes.joined())".utf8, file: "t.yaml").topology
  }

  @Test("its nodes share a server of their own, and keep positions of their own")
  func nodes() throws {
    let federation = try Self.local(try TopologyFiles.topology("authority.yaml"))
    #expect(federation.clusters.map(\.nodes) == [["hq-1", "hq-2"]])
    #expect(federation.clusters.map(\.folder) == ["/w/postgresql"])
    let options = federation.nodes.map { $0.serveOptions { $0 }.arguments }
    for (name, arguments) in zip(["hq-1", "hq-2"], options) {
      #expect(arguments.contains("--database=postgresql://headwater@/postgres?host=/w/postgresql&port=5432"))
      #expect(arguments.contains("--position-file=/w/\(name).position"))
    }
    #expect(options[2].contains("--database=/w/site.sqlite3"))
    #expect(options[2].filter { $0.hasPrefix("--upstream=") }.count == 2)
  }

  @Test("each authority has a server; nothing of the file's URL is left")
  func several() throws {
    let federation = try Self.local(
      Self.text("postgresql://u:secret@a/x", "postgresql://v:secret@b/x?password=secret", "postgres://A/x"))
    #expect(federation.clusters.map(\.name) == ["postgresql-1", "postgresql-2"])
    #expect(federation.clusters.map(\.nodes) == [["n0", "n2"], ["n1"]])
    let words = federation.nodes.flatMap { $0.serveOptions { $0 }.arguments }
    #expect(!words.contains { $0.contains("secret") })
    #expect(federation.clusters[1].shellArguments(programs: "/p").contains("/p/initdb"))
  }

  @Test("a path with other characters than letters and digits is written so that libpq reads it")
  func path() throws {
    let cluster = try #require(try Self.local(Self.text("postgresql://a/x"), in: "/a b/&é%").clusters.first)
    #expect(cluster.url.contains("?host=/a%20b/%26%C3%A9%25/postgresql&port=5432"))
  }

  @Test("a topology without one has no server")
  func none() throws { #expect(try Self.local(try TopologyFiles.topology("sites.yaml")).clusters.isEmpty) }

  @Test(
    "a folder in which no socket can be is complained about",
    arguments: [
      ("/w", nil), ("/a,b", "a comma"), ("/a\"b", "a quote"), ("/a\nb", "a comma or a quote"),
      ("/" + String(repeating: "x", count: 100), "too long"),
    ])
  func folder(path: String, problem: String?) throws {
    let cluster = try #require(try Self.local(Self.text("postgresql://a/x"), in: path).clusters.first)
    #expect(problem.map { cluster.problem?.contains($0) == true } ?? (cluster.problem == nil))
  }

  @Test("programs are looked for in PATH, then in Debian's folders, the latest version first")
  func programs() {
    let folders = LocalCluster.programFolders(
      path: "/usr/bin:bin::/opt/pg/bin", versions: ["9.6", "15", "9", "17", "x"])
    #expect(
      folders == [
        "/usr/bin", "/opt/pg/bin", "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/15/bin",
        "/usr/lib/postgresql/9/bin",
      ])
  }
}
