// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `headwater topology up` on a copy of a file of `topology/`.
final class Federation: Sendable {
  let folder: TemporaryFolder
  let process: ChildProcess
  let nodes: [String: Node]

  struct Node: Sendable {
    let name: String
    /// As the program tells them.
    let listeners: [String]
    let status: Address
    /// Nil: it had ended before all others answered.
    let pid: pid_t?
    let database: String

    /// A builder's connection, over plain TCP.
    func connect() throws -> RawConnection {
      guard let listener = listeners.first(where: { $0.hasPrefix("tcp://") }) else {
        throw Failure("\(name) answers over TLS only: \(listeners)")
      }
      return try RawConnection(to: try Address(listener))
    }

    func signal(_ number: CInt) throws {
      guard let pid else { throw Failure("\(name) is not there") }
      kill(pid, number)
    }

    /// All rows of a node that answers from its copy, or those of its own.
    func rows() throws -> [RecordedRow] { try connect().rows() }
  }

  private static let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("topology")

  /// Starts it, and waits until all nodes answer, or have ended.
  ///
  /// - Parameter folder: one in which it ran before, with its databases.
  init(_ file: String, in folder: TemporaryFolder? = nil) throws {
    self.folder = try folder ?? TemporaryFolder()
    if !self.folder.exists(file) {
      let text = try String(contentsOf: Self.source.appendingPathComponent(file), encoding: .utf8)
      try self.folder.write(text, to: file)
    }
    let work = self.folder.path("d")
    process = try ChildProcess(
      Product.headwater.path, ["topology", "up", file, "--json", "--directory", work], in: self.folder.path)
    guard process.output.wait(until: { $0.hasSuffix("\n") }) else {
      throw Failure("the federation did not come up: \(process.output.text)\(process.errors.text)")
    }
    let listing = try JSONValue(process.output.text)
    #expect(listing["directory"] == .string(work))
    var nodes: [String: Node] = [:]
    for node in listing["nodes"]?.elements ?? [] {
      guard let name = node["name"]?.string, let status = node["status"]?.string else { throw Failure("\(node)") }
      var pid: pid_t?
      if case .integer(let number) = node["pid"] { pid = pid_t(number) }
      nodes[name] = Node(
        name: name, listeners: node["listen"]?.elements.compactMap(\.string) ?? [],
        status: try Address("tcp://" + status.dropFirst("http://".count)), pid: pid, database: "d/\(name).sqlite3")
    }
    self.nodes = nodes
  }

  subscript(name: String) -> Node {
    get throws {
      guard let node = nodes[name] else { throw Failure("there is no \(name): \(process.output.text)") }
      return node
    }
  }

  var log: String { process.errors.text }

  /// Waits until the log says something of a node, so many times.
  func waitForLog(
    of node: String, _ text: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let isThere = process.errors.wait { log in
      log.split(separator: "\n").count {
        $0.prefix { $0 != "|" }.trimmingCharacters(in: .whitespaces) == node && $0.contains(text)
      } >= times
    }
    #expect(isThere, "\(node) never said '\(text)': \(log)", sourceLocation: sourceLocation)
  }

  /// Ends all as Ctrl-C does.
  func stop() throws {
    process.signal(SIGINT)
    let ending = try process.wait()
    #expect(ending == .exit(0), "\(log)")
    for case let pid? in nodes.values.map(\.pid) { #expect(kill(pid, 0) != 0, "a node outlived the rest: \(log)") }
  }

  /// Expects that no value names two contents, wherever it was given.
  func expectNoDuplicates(_ answers: [RecordedRow], sourceLocation: SourceLocation = #_sourceLocation) {
    for (name, holders) in Dictionary(grouping: answers, by: { "\($0.version) \($0.value)" }) {
      let contents = Set(holders.map(\.checksum))
      if contents.count > 1 { Issue.record("\(name) names \(contents)", sourceLocation: sourceLocation) }
    }
  }
}

/// Expects that the numbers of no package went down for any of the clients.
func expectNoneWentDown(_ answers: [[RecordedRow]], sourceLocation: SourceLocation = #_sourceLocation) {
  for client in answers {
    for (version, own) in Dictionary(grouping: client, by: \.version) {
      for (earlier, later) in zip(own, own.dropFirst())
      where later.number.lexicographicallyPrecedes(earlier.number) {
        Issue.record("\(version) went from \(earlier.value) to \(later.value)", sourceLocation: sourceLocation)
      }
    }
  }
}
