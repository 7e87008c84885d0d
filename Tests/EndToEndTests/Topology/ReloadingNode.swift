// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// A node of a topology, whose file a test writes anew while the node serves.
final class ReloadingNode: Sendable, LogSource {
  let folder: TemporaryFolder
  let server: ServerProcess

  /// The part of the log lines that a reload ends with.
  static let inForce = "the new options are in force"
  static let refused = "the new options are refused, and the old ones stay in use"
  static let drained = "the last connection under other options has ended"

  /// - Parameters:
  ///   - keys: the node's lines of the file.
  ///   - expected: how many addresses it listens on.
  init(
    _ keys: String, _ options: [String] = [], in folder: TemporaryFolder? = nil, expecting expected: Int = 1,
    environment: [String: String] = [:]
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    try folder.write(Self.file(keys), to: "topology.yaml")
    // An empty variable means nothing, and keeps the harness from naming a database.
    server = try ServerProcess(
      ["--topology", "topology.yaml", "--node", "node"] + options, in: folder, listeners: [],
      environment: environment.merging(["HEADWATER_DATABASE": ""]) { $1 }, expecting: expected)
  }

  private static func file(_ keys: String) -> String {
    "nodes:\n  node:\n" + keys.split(separator: "\n").map { "    \($0)\n" }.joined()
  }

  /// Writes the file anew, whole: whoever reads it at this moment sees the one or the other.
  func rewrite(_ keys: String) throws {
    try Data(Self.file(keys).utf8).write(to: URL(fileURLWithPath: folder.path("topology.yaml")), options: .atomic)
  }

  /// The file cannot be read before it is released.
  func withholdFile() throws {
    try FileManager.default.removeItem(atPath: folder.path("topology.yaml"))
    guard mkfifo(folder.path("topology.yaml"), 0o600) == 0 else { throw Failure("mkfifo: \(errno)") }
  }

  /// Waits until it is being read. It is then empty, or cannot be read.
  func releaseFile() throws {
    try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path("topology.yaml"))).close()
  }

  /// Has the file read again, and waits until the log says what came of it.
  ///
  /// - Returns: the line.
  @discardableResult
  func reload() throws -> String {
    let before = outcomes.count
    server.process.signal(SIGHUP)
    guard server.process.errors.wait(until: { Self.outcomes($0).count > before }) else {
      throw Failure("nothing came of SIGHUP: \(server.log)")
    }
    return outcomes[before]
  }

  /// Writes the file anew, and waits until it is in force.
  func change(to keys: String) throws {
    try rewrite(keys)
    let line = try reload()
    guard line.contains(Self.inForce) else { throw Failure("it is not in force: \(line)") }
  }

  var outcomes: [String] { Self.outcomes(server.log) }

  private static func outcomes(_ log: String) -> [String] {
    log.split(separator: "\n", omittingEmptySubsequences: false).dropLast().filter { $0.contains("SIGHUP: ") }
      .map(String.init)
  }

  /// Waits until what served before the last reload has ended.
  func waitUntilDrained(times: Int) {
    let hasEnded = server.process.errors.wait { $0.components(separatedBy: Self.drained).count > times }
    #expect(hasEnded, "\(server.log)")
  }

  /// Waits until it has no more descriptors open than this; connections of a moment ago may still be. It needs a status
  /// page, one connection to which is not counted.
  func waitForDescriptors(atMost maximum: Int) throws { try server.wait { try descriptors <= maximum + 1 } }

  /// From now on it may have no more descriptors open than this.
  ///
  /// - Parameter forGood: the process cannot raise the limit itself.
  func allowDescriptors(_ maximum: Int, forGood: Bool = true) throws {
    try limit("nofile", "\(maximum):" + (forGood ? "\(maximum)" : ""))
  }

  /// Limits of setrlimit(2) on the memory of a process.
  enum MemoryLimit: String, CaseIterable {
    case addressSpace = "as"
    case data

    fileprivate var field: String { self == .data ? "VmData" : "VmSize" }
  }

  /// From now on it gets no more memory than it has.
  func allowNoMemory(by limit: MemoryLimit) throws {
    try self.limit(limit.rawValue, "\(1024 * server.memory(limit.field)):")
  }

  private func limit(_ resource: String, _ limits: String) throws {
    let arguments = ["--pid", "\(server.process.pid)", "--\(resource)=\(limits)"]
    let tool = try ChildProcess("prlimit", arguments, in: folder.path)
    guard try tool.wait() == .exit(0) else { throw Failure("prlimit: \(tool.errors.text)") }
  }

  /// How many descriptors it has open.
  var descriptors: Int {
    get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.process.pid)/fd").count }
  }
}
