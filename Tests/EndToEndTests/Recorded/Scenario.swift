// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A recorded story: nodes, and what BitBake's own server answered there, step by step.
struct Scenario: Decodable, Sendable {
  struct Node: Decodable, Sendable {
    let upstream: String?
    let readOnly: Bool
    /// The node whose database file this one serves too.
    let shares: String?

    enum CodingKeys: String, CodingKey {
      case upstream, shares
      case readOnly = "read_only"
    }
  }

  struct Step: Decodable, Sendable {
    let node: String
    let request: JSONValue
    let response: JSONValue

    func asks(_ name: String) -> Bool { request[name] != nil }
  }

  let nodes: [String: Node]
  let steps: [Step]
  /// Where it stands in the file, counted from 1.
  private(set) var line = 0

  enum CodingKeys: String, CodingKey { case nodes, steps }

  /// The steps in front of the first import.
  var stepsBeforeImports: ArraySlice<Step> { steps.prefix { !$0.asks("import-one") } }

  /// The scenarios in which no node has an upstream.
  static var withoutUpstream: [Scenario] {
    get throws { try all.filter { scenario in scenario.nodes.values.allSatisfy { $0.upstream == nil } } }
  }

  static var all: [Scenario] {
    get throws {
      let folder = try #require(Bundle.module.url(forResource: "Vectors", withExtension: nil))
      let text = try String(contentsOf: folder.appendingPathComponent("bitbake-answers.jsonl"), encoding: .utf8)
      let decoder = JSONDecoder()
      return try text.split(separator: "\n").enumerated().map { index, line in
        var scenario = try decoder.decode(Scenario.self, from: Data(line.utf8))
        scenario.line = index + 1
        return scenario
      }
    }
  }
}

extension Scenario {
  /// Each node after its upstream, and after the node that makes the database that it shares.
  fileprivate var inOrder: [(String, Node)] {
    var ordered: [(String, Node)] = []
    while ordered.count < nodes.count {
      let done = Set(ordered.map(\.0))
      let ready = nodes.filter { name, node in
        !done.contains(name) && [node.upstream, node.shares].compactMap(\.self).allSatisfy(done.contains)
      }
      precondition(!ready.isEmpty, "a node is its own upstream")
      ordered += ready.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    return ordered
  }
}

extension Scenario: CustomTestStringConvertible {
  var testDescription: String { "line \(line)" }
}

/// The nodes of a scenario, at work, with a connection to each.
final class ScenarioNodes {
  private var servers: [ServerProcess] = []
  private var addresses: [String: Address] = [:]
  private var connections: [String: RawConnection] = [:]

  init(_ scenario: Scenario, numbering: String) throws {
    let folder = try TemporaryFolder()
    for (name, node) in scenario.inOrder {
      var options = ["--numbering", numbering] + (node.readOnly ? ["--read-only"] : [])
      if let upstream = node.upstream {
        // strict: an answer without the upstream would be another one than was recorded.
        options += ["--upstream", try #require(addresses[upstream]).description, "--upstream-away", "strict"]
        options += ["--upstream-deadline", "20s", "--lock-timeout", "5s"]
      }
      let server = try ServerProcess(options, in: folder, database: "\(node.shares ?? name).sqlite3")
      servers.append(server)
      addresses[name] = server.address
      connections[name] = try server.connect()
    }
  }

  func ask(_ step: Scenario.Step) throws -> JSONValue {
    try #require(connections[step.node]).ask(step.request.text)
  }

  func stop() throws {
    connections = [:]
    for server in servers.reversed() { try server.stop() }
  }
}

extension JSONValue {
  /// A response as two of them may be compared: rows in order, without the server's version.
  var comparable: JSONValue {
    guard case .object(var members) = self, let rows = members["datainfo"]?.elements else { return self }
    members["datainfo"] = .array(rows.sorted { $0.rowOrder.lexicographicallyPrecedes($1.rowOrder) })
    if case .object(var about)? = members["metainfo"] {
      about["core_ver"] = nil
      members["metainfo"] = .object(about)
    }
    return .object(members)
  }

  private var rowOrder: [String] { ["version", "pkgarch", "checksum", "value"].map { self[$0]?.string ?? "" } }
}
