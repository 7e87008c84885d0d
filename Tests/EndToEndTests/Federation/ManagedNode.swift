// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// A node of a federation that was made by commands: its folder, and its server while it runs.
final class ManagedNode {
  let name: String
  let folder: TemporaryFolder
  /// Where members below reach it; nil for a node that has none.
  let port: UInt16?
  private(set) var server: ServerProcess?
  private let options: [String]
  private let environment: [String: String]

  /// The authority of a new federation, which serves.
  static func authority(_ options: [String] = [], serving: [String] = []) throws -> ManagedNode {
    let node = try ManagedNode("authority", folder: TemporaryFolder(), hasMembers: true, options: serving)
    try node.run(["federation", "create", "--name", "hq.example", "--address", node.address] + options)
    try node.start()
    return node
  }

  private init(
    _ name: String, folder: TemporaryFolder, hasMembers: Bool, options: [String], environment: [String: String] = [:]
  ) throws {
    self.name = name
    self.folder = folder
    self.options = options
    self.environment = environment
    port = hasMembers ? try Address.freePort() : nil
  }

  /// `HOST:PORT`, where members below reach it.
  var address: String { "127.0.0.1:\(port ?? 0)" }

  @discardableResult
  func run(_ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let outcome = try Tool(in: folder).run(arguments)
    try #require(outcome.ending == .exit(0), "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
    return outcome.output
  }

  /// Invites a site below this node.
  ///
  /// - Returns: the arguments of the line to paste.
  func invite(_ name: String, _ arguments: [String] = []) throws -> [String] {
    let line = try run(["invite", name] + arguments).split(separator: "\n").first { $0.contains("headwater join ") }
    return try #require(line).split(separator: " ").dropFirst().map(String.init)
  }

  /// Invites a site, has it join, and starts it.
  ///
  /// - Parameter environment: variables of its server.
  func member(
    _ name: String, hasMembers: Bool = false, _ arguments: [String] = [], in folder: TemporaryFolder? = nil,
    serving: [String] = [], environment: [String: String] = [:]
  ) throws -> ManagedNode {
    let node = try ManagedNode(
      name, folder: folder ?? TemporaryFolder(), hasMembers: hasMembers, options: ["--status", "0"] + serving,
      environment: environment)
    let line = try invite(name, (hasMembers ? ["--address", node.address] : []) + arguments)
    try node.run(line + (folder == nil ? [] : ["--yes"]))
    try node.start()
    return node
  }

  /// A copy of a node that does not run, with all files of its folder.
  func copy() throws -> ManagedNode {
    let node = try ManagedNode(name, folder: TemporaryFolder(), hasMembers: false, options: options)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      try FileManager.default.copyItem(atPath: folder.path(file), toPath: node.folder.path(file))
    }
    return node
  }

  @discardableResult
  func start() throws -> ServerProcess {
    let listeners = ServerProcess.standardListeners + (port == nil ? [] : ["tls://\(address)"])
    let server = try ServerProcess(options, in: folder, listeners: listeners, environment: environment)
    self.server = server
    return server
  }

  func stop() throws {
    try server?.stop()
    server = nil
  }

  /// Waits for what the node's page makes known, also while another generation of the process takes over: that ends connections.
  func wait(until condition: () throws -> Bool) throws {
    let server = try #require(server)
    for _ in 0..<5 {
      do {
        return try server.wait { try condition() }
      } catch is RawConnection.End {
        continue
      }
    }
    try server.wait { try condition() }
  }

  /// Asks for the number of a tuple.
  ///
  /// - Returns: the whole answer.
  func ask(_ version: String, _ checksum: String) throws -> JSONValue {
    try #require(server).askAsBitBake(Requests.getPR(version, checksum))
  }

  func number(_ version: String, _ checksum: String) throws -> String {
    let answer = try ask(version, checksum)
    return try #require(answer["value"]?.string, "\(name): \(answer)")
  }

  /// The members, as the authority's register has them, without the authority.
  func members() throws -> [JSONValue] {
    let text = try run(["federation", "--json"])
    return try JSONValue(text)["members"]?.elements.filter { $0["kind"]?.string != "authority" } ?? []
  }

  func entry(_ name: String) throws -> JSONValue? { try members().first { $0["name"]?.string == name } }
}
