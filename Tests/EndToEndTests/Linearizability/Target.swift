// SPDX-License-Identifier: Apache-2.0
import Histories

/// A process that serves a database, and the one that comes after it when it was killed.
final class Target: Sendable {
  /// Which database it serves.
  let node: Int
  let process: Int
  let isReadOnly: Bool
  /// Where it listens besides, under an address that stays: `unix://…`.
  let fixedAddress: String
  private let folder: TemporaryFolder
  private let keys: String
  private let environment: [String: String]
  private let life: Watched<(node: ReloadingNode, number: Int)>

  /// - Parameters:
  ///   - keys: its lines of the topology.
  ///   - durability: by default an answer need not survive the machine, and is on disk sooner.
  ///   - environment: variables besides our own.
  init(
    node: Int = 0, process: Int = 0, isReadOnly: Bool = false, durability: String = "normal", _ keys: String,
    environment: [String: String] = [:]
  ) throws {
    (self.node, self.process, self.isReadOnly, self.environment) = (node, process, isReadOnly, environment)
    folder = try TemporaryFolder()
    fixedAddress = "unix://\(folder.path)/s"
    self.keys = """
      \(keys)
      durability: \(durability)
      read-only: \(isReadOnly)
      listen: [tcp://127.0.0.1:0, '\(fixedAddress)']
      """
    life = Watched((try Self.start(self.keys, 0, environment, in: folder), 0))
  }

  /// Each life has another limit, so that a reload has something to bring into force.
  private static func keys(_ keys: String, _ number: Int) -> String {
    "\(keys)\nlimits: {event-loops: 2, max-in-flight: \(200 + number % 50)}"
  }

  private static func start(
    _ keys: String, _ number: Int, _ environment: [String: String], in folder: TemporaryFolder
  ) throws -> ReloadingNode {
    try ReloadingNode(Self.keys(keys, number), in: folder, expecting: 2, environment: environment)
  }

  var log: String { life.current.node.server.log }

  /// What is asked here instead. A read-only node stores nothing. What is imported below an upstream may be minted above,
  /// so imports are for the node at the top.
  func answerable(_ question: Question) -> Question {
    switch question {
    case .allocate(let checksum, let history) where isReadOnly: .value(checksum, history: history)
    case .place where isReadOnly || node > 0: .greatest
    default: question
    }
  }

  /// Connects as soon as there is a process to connect to.
  func connect() throws -> RawConnection {
    while true {
      let (node, number) = life.current
      if let connection = try? node.server.connect() { return connection }
      guard life.wait(until: { $0.number > number }) else { throw Failure("no process came back: \(node.server.log)") }
    }
  }

  /// Ends the process at once, and starts the next.
  func kill() throws {
    try end()
    try start()
  }

  /// Ends the process at once. Its clients wait for the next.
  func end() throws { try life.current.node.server.kill() }

  /// Starts the next process, once this one has ended.
  func start() throws { try start(life.current.number + 1) }

  /// Starts the next process, once this one has ended by itself.
  ///
  /// - Returns: how it ended.
  func revive() throws -> ChildProcess.Ending {
    let (node, number) = life.current
    let ending = try node.server.process.wait()
    try start(number + 1)
    return ending
  }

  private func start(_ number: Int) throws {
    let next = try Self.start(keys, number, environment, in: folder)
    life.withLock { $0 = (next, number) }
  }

  /// Has it read its options again: whoever is connected is served by what comes after.
  func reload() throws {
    let (node, number) = life.current
    try node.change(to: Self.keys(keys, number + 1))
    life.withLock { $0.number = number + 1 }
  }

  /// Stops all threads of the process, which keeps its connections.
  func freeze() { life.current.node.server.process.freeze() }

  func thaw() { life.current.node.server.process.thaw() }

  /// The process that serves now.
  var current: ReloadingNode { life.current.node }

  /// The path of a file in its folder.
  func file(_ name: String) -> String { folder.path(name) }

  func stop() throws { try life.current.node.server.stop() }
}
