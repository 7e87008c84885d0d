// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A root, a site and a team", .ownThreads)
struct ChainTests {
  private struct Chain {
    let folder: TemporaryFolder
    let root: ServerProcess
    let site: ServerProcess
    let team: Site

    init(_ policy: String = "fallback") throws {
      folder = try TemporaryFolder()
      root = try ServerProcess()
      site = try ServerProcess(
        [
          "--upstream", "\(root.address)", "--upstream-away", policy, "--lane", "0/2", "--upstream-deadline", "10s",
          "--lock-timeout", "5s",
        ], in: folder, database: "site.db")
      team = try Site(below: "\(site.address)", away: policy, in: folder, database: "team.db")
    }

    func stop() throws {
      try team.server.stop()
      try site.stop()
      try root.stop()
    }
  }

  private static let package = #"{"version":"p","pkgarch":"core2-64"}"#

  @Test("give the root's answers at the team, through a site that was never asked")
  func recursion() throws {
    let chain = try Chain()
    let root = try chain.root.connect()
    #expect(try root.ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try root.ask(Requests.getPR("p", "b")) == .value("1"))
    let team = chain.team.connection
    #expect(try team.ask(Requests.testPR("p", "a")) == .value("0"))
    #expect(try team.ask(Requests.maxPackagePR("p")) == .value("1"))
    #expect(try team.ask(#"{"test-package":\#(Self.package)}"#) == .object(["value": .bool(true)]))
    let lookup = try team.ask(#"{"lookup":{"version":"p","pkgarch":"core2-64","checksum":"b"}}"#)
    #expect(
      lookup
        == .object([
          "max": .string("1"), "values": .array([.string("1")]), "complete": .bool(true), "level": .integer(2),
        ]))
    #expect(try team.ask(Requests.testPR("p", "none")) == .object(["value": .null]))
    #expect(try team.ask(Requests.maxPackagePR("none")) == .object(["value": .null]))
    #expect(try team.rows().isEmpty && chain.site.connect().rows().isEmpty, "questions make no rows")
    #expect(try team.ask(Requests.getPR("p", "b")) == .value("1"))
    try chain.stop()
  }

  @Test("count in components of their own, and know their level when all above is gone")
  func levels() throws {
    let chain = try Chain()
    #expect(try chain.root.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    #expect(try chain.team.getPR("p", "b") == .value("0.0.0"))
    #expect(try chain.site.connect().ask(Requests.getPR("p", "c")) == .value("0.0"))
    try chain.team.server.stop()
    try chain.site.stop()
    try chain.root.stop()
    let site = try Site(
      below: "\(chain.root.address)", with: ["--lane", "0/2"], in: chain.folder, database: "site.db")
    #expect(try site.getPR("p", "d") == .value("0.2"), "lane 0 of 2")
    #expect(try headers(of: site.server)["level"] == "1")
    try site.server.stop()
    let team = try Site(below: "\(site.server.address)", in: chain.folder, database: "team.db")
    #expect(try headers(of: team.server)["level"] == "2")
    #expect(try team.getPR("p", "b") == .value("0.0.0"))
    #expect(try team.getPR("p", "e") == .value("0.0.1"))
    #expect(try team.getPR("new", "e") == .value("0.0.0"))
    try team.expectNoDuplicates()
    try team.server.stop()
  }

  private func headers(of server: ServerProcess) throws -> [String: String] {
    let connection = try server.connect(greets: false)
    try connection.send("PRSERVICE 1.0\nneeds-headers: true\n\n")
    var headers: [String: String] = [:]
    while case let line = try connection.readLine(), !line.isEmpty {
      let colon = try #require(line.firstIndex(of: ":"))
      headers[String(line[..<colon])] = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    #expect(try connection.ask(Requests.ping) == .alive)
    return headers
  }

  @Test("say what they are to those who ask")
  func descriptions() throws {
    let chain = try Chain()
    chain.team.waitForLog("connected to the upstream")
    // The first answer tells the levels of both.
    _ = try chain.team.getPR("p", "a")
    let all = try [chain.root, chain.site, chain.team.server].map { try headers(of: $0) }
    #expect(all.map { $0["level"] } == ["0", "1", "2"])
    for headers in all {
      #expect(headers["server"]?.hasPrefix("headwater/") == true)
      #expect(headers["features"]?.contains("lookup") == true)
      #expect(headers["numbering"] == "partitioned")
      #expect(headers["store"].flatMap { UUID(uuidString: $0) } != nil, "\(headers)")
    }
    #expect(Set(all.compactMap { $0["store"] }).count == 3)
    try chain.stop()
  }

  @Test("tell a team that is strict that the root is out of reach")
  func incomplete() throws {
    let chain = try Chain("strict")
    #expect(try chain.team.getPR("p", "a") == .value("0.0.0"))
    try chain.root.kill()
    let refusal = try chain.team.getPR("p", "b").refusal ?? "none"
    #expect(refusal.contains("cannot reach its own upstream"), "\(refusal)")
    #expect(try chain.team.getPR("p", "a") == .value("0.0.0"))
    #expect(chain.team.logs(Site.away) == 0, "the site is there: \(chain.team.server.log)")
    try chain.team.server.stop()
    try chain.site.stop()
  }

  @Test("mint different values in different lanes, even when nobody hears of anybody")
  func lanes() throws {
    let folder = try TemporaryFolder()
    let nowhere = "unix://\(folder.path("nobody"))"
    let sites = try (0..<3).map { try Site(below: nowhere, with: ["--lane", "\($0)/3", "--level", "1"]) }
    var values: [String] = []
    for number in 0..<10 {
      for (lane, site) in sites.enumerated() {
        values.append(try #require(try site.getPR("p", "\(lane)-\(number)").value))
      }
    }
    #expect(Set(values).count == 30, "\(values)")
    #expect(values.prefix(6) == ["0.0", "0.1", "0.2", "0.3", "0.4", "0.5"])
    for site in sites { try site.server.stop() }
  }

  @Test("answer at a mirror what the root knows, and nothing else", arguments: ["strict", "fallback"])
  func mirror(policy: String) throws {
    let root = try ServerProcess()
    #expect(try root.connect().ask(Requests.getPR("p", "a")) == .value("0"))
    let folder = try TemporaryFolder()
    try ServerProcess(in: folder).stop()  // makes the database
    let mirror = try Site(below: "\(root.address)", away: policy, with: ["--read-only"], in: folder)
    #expect(try mirror.getPR("p", "a") == .value("0"))
    let refusal = try mirror.getPR("p", "new").refusal ?? "none"
    #expect(refusal.contains("p core2-64 new"), "\(refusal)")
    #expect(try mirror.connection.ask(Requests.testPR("p", "a")) == .value("0"))
    #expect(try mirror.connection.ask(Requests.maxPackagePR("p")) == .value("0"))
    #expect(try mirror.connection.ask(Requests.importOne("p", "x", value: #""5""#)) == .null)
    #expect(try mirror.connection.rows().isEmpty)
    #expect(try root.connect().rows().count == 1, "nor does it make the root store")
    try root.kill()
    mirror.waitForLog(Site.away)
    let later = try mirror.getPR("p", "later").refusal ?? "none"
    #expect(later.contains(policy == "strict" ? "is away" : "p core2-64 later"), "\(later)")
    try mirror.server.stop()
  }
}
