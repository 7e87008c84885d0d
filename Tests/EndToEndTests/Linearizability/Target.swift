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
  private let life: Watched<(node: ReloadingNode, number: Int)>

  /// - Parameter keys: its lines of the topology.
  init(node: Int = 0, process: Int = 0, isReadOnly: Bool = false, _ keys: String) throws {
    (self.node, self.process, self.isReadOnly) = (node, process, isReadOnly)
    folder = try TemporaryFolder()
    fixedAddress = "unix://\(folder.path)/s"
    // An answer need not survive the machine here, and is on disk sooner.
    self.keys = """
      \(keys)
      durability: normal
      read-only: \(isReadOnly)
      listen: [tcp://127.0.0.1:0, '\(fixedAddress)']
      """
    life = Watched((try Self.start(self.keys, 0, in: folder), 0))
  }

  /// Each life has another limit, so that a reload has something to bring into force.
  private static func keys(_ keys: String, _ number: Int) -> String {
    "\(keys)\nlimits: {event-loops: 2, max-in-flight: \(200 + number % 50)}"
  }

  private static func start(_ keys: String, _ number: Int, in folder: TemporaryFolder) throws -> ReloadingNode {
    try ReloadingNode(Self.keys(keys, number), in: folder, expecting: 2)
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
    let (node, number) = life.current
    try node.server.kill()
    let next = try Self.start(keys, number + 1, in: folder)
    life.withLock { $0 = (next, number + 1) }
  }

  /// Has it read its options again: whoever is connected is served by what comes after.
  func reload() throws {
    let (node, number) = life.current
    try node.change(to: Self.keys(keys, number + 1))
    life.withLock { $0.number = number + 1 }
  }

  func stop() throws { try life.current.node.server.stop() }
}
