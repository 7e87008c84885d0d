// SPDX-License-Identifier: Apache-2.0
import Foundation
import Histories
import TestSeed

/// Clients at work on some processes, while these are killed and told to reload.
struct Workload: Sendable {
  enum Role: Sendable {
    /// Has so many requests under way at most.
    case builder(at: Target, depth: Int = 1)
    /// Asks one process after the other has answered, see ``Crossing``.
    case crosser(near: Target, far: Target)
    /// Sends known tuples in large pieces while the others are at work, so that an event loop reads many in one turn.
    case flood(at: Target)
  }

  var seed: Seed
  var traffic: Traffic
  var roles: [Role]
  /// How many times a process is killed or told to reload.
  var disturbances = 0
  /// The processes that this may happen to.
  var disturbed: [Target] = []
  /// What happens at each of these moments, by its number; nil for a process of those that is killed or told to reload.
  var disturbance: (@Sendable (Int) throws -> Void)?

  /// - Returns: all that was recorded.
  func run() throws -> Recording {
    let tickets = Tickets(traffic.requests, marks: disturbances, workers: roles.count { !$0.isFlood })
    let (workers, idle) = try connected()
    let disturber = ParallelWork(1) { _ in try disturb(at: tickets) }
    let records = try inParallel(workers.count) { number in
      try workers[number].work(seed: seed, traffic, tickets)
      return workers[number].clients.map { ($0.target.node, $0.record, $0.refusals) }
    }
    _ = try disturber.finish()
    withExtendedLifetime(idle) {}
    var recording = Recording(seed)
    for (node, record, refusals) in records.joined() { recording.add(record, node: node, refusals) }
    try close(&recording, after: tickets.drawn)
    return recording
  }

  private func disturb(at tickets: Tickets) throws {
    defer { tickets.disturberHasEnded() }
    var numbers = Seed(seed.number ^ 0xD157).numbers
    for number in 0..<disturbances {
      tickets.waitForMark()
      if let disturbance {
        try disturbance(number)
        continue
      }
      guard let target = disturbed.randomElement(using: &numbers) else { return }
      if Bool.random(using: &numbers) { try target.kill() } else { try target.reload() }
    }
  }

  /// A listener hands its connections to its event loops in turn. Of two loops, one gets the floods and the connections
  /// that are crossed to, the other one gets the rest.
  ///
  /// - Returns: also connections that ask nothing, and only take a turn of the other loop.
  private func connected() throws -> ([Worker], idle: [RawConnection]) {
    let workers = roles.enumerated().map { Worker($0, $1) }
    var busy = workers.flatMap { $0.clients.filter(\.sharesLoopWithFloods) }[...]
    var calm = workers.flatMap { $0.clients.filter { !$0.sharesLoopWithFloods } }[...]
    var idle: [RawConnection] = []
    while !busy.isEmpty || !calm.isEmpty {
      for queue in [busy.popFirst(), calm.popFirst()] {
        if let client = queue { try client.connect() } else { idle.append(try roles[0].target.connect()) }
      }
    }
    return (workers, idle)
  }

  /// Asks each node for all packages, after all else has been answered.
  private func close(_ recording: inout Recording, after requests: Int) throws {
    var traffic = traffic
    traffic.requests = requests
    let targets = Dictionary(grouping: roles.map(\.target), by: \.node).sorted { $0.key < $1.key }
    for target in targets.compactMap(\.value.first) {
      let client = RecordingClient(roles.count, of: target, depth: 100)
      for package in 0..<traffic.packages {
        for question in traffic.closing { try client.ask(question, package: package) }
      }
      try client.finish()
      recording.add(client.record, node: target.node, client.refusals)
    }
  }

  /// Each process once.
  var targets: [Target] {
    roles.map(\.target).reduce(into: []) { all, target in
      if !all.contains(where: { $0 === target }) { all.append(target) }
    }
  }

  /// A thread's work. Its clients are used on that thread only, once they are connected.
  private struct Worker: @unchecked Sendable {
    let number: Int
    let role: Role
    let clients: [RecordingClient]

    init(_ number: Int, _ role: Role) {
      (self.number, self.role) = (number, role)
      clients =
        switch role {
        case .builder(let target, let depth): [RecordingClient(number, of: target, depth: depth)]
        case .crosser(let near, let far): Crossing.clients(number, near: near, far: far)
        case .flood(let target):
          [RecordingClient(number, of: target, depth: 2 * KnownTuple.pieceSize, sharesLoopWithFloods: true)]
        }
    }

    func work(seed: Seed, _ traffic: Traffic, _ tickets: Tickets) throws {
      defer { if !role.isFlood { tickets.workerHasEnded() } }
      var numbers = Seed(seed.number &+ UInt64(number) &* 0x9E37).numbers
      switch role {
      case .builder:
        while let ticket = tickets.draw() {
          let package = traffic.package(for: ticket, &numbers)
          let question = clients[0].target.answerable(traffic.question(&numbers))
          try clients[0].ask(question, package: package)
        }
      case .crosser:
        var crossing = Crossing(clients, number: number)
        for _ in 0..<traffic.crossings { try crossing.cross(traffic.checksums, &numbers) }
      case .flood:
        var known = KnownTuple(client: number)
        while !tickets.isOver { try clients[0].send(piece: &known) }
      }
      for client in clients { try client.finish() }
    }
  }
}

extension Workload.Role {
  fileprivate var isFlood: Bool { if case .flood = self { true } else { false } }

  fileprivate var target: Target {
    switch self {
    case .builder(let target, _), .crosser(_, let target), .flood(let target): target
    }
  }
}
