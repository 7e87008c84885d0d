// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// What a server puts up with, and for how long.
@Suite("Slow peers and many peers", .ownThreads)
struct PatienceTests {
  /// A database of some 4 MB.
  private func filledFolder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let padding = String(repeating: "x", count: 600)
    let rows = (0..<6000).map { number in
      #"{"version":"v\#(number)","pkgarch":"\#(padding)","checksum":"c","value":"0"}"#
    }
    try folder.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    try run(.headwater, ["import", "rows.jsonl"], in: folder).succeeded()
    return folder
  }

  @Test("a peer that never reads its replies costs no memory and no other client, and is disconnected in the end")
  func neverReads() throws {
    // One connection may be open besides the stalled one, so who knocks next gets in when the stalled one is out.
    try withServer(["--max-connections", "2", "--write-timeout", "2s"], in: filledFolder()) { server in
      let other = try server.connect()
      #expect(try other.rows().count == 6000)
      let before = try server.peakMemory
      let stalled = try server.connect(receiveBuffer: 1 << 16)
      #expect(try stalled.ask(Requests.ping) == .alive)
      let count = 30
      try stalled.send(String(repeating: Requests.export(history: true) + "\n", count: count))
      let next = try server.connect()
      try next.send(Requests.getPR("later", "c") + "\n")
      for number in 0..<100 { #expect(try other.ask(Requests.getPR("other", "c\(number)")) == .value("\(number)")) }
      #expect(try next.readMessage() == .value("0"))
      #expect(server.hasLogged("takes no replies"), "\(server.log)")
      #expect(try other.ask(Requests.ping) == .alive, "it had its place all the time")
      let (bytes, end) = stalled.readToEnd()
      #expect(bytes.count < count * 4_000_000 && end != .timedOut)
      #expect(try server.peakMemory - before < 12 << 10, "KiB")
    }
  }

  @Test("a peer that reads slowly gets everything")
  func readsSlowly() throws {
    try withServer(["--write-timeout", "5s"], in: filledFolder()) { server in
      let connection = try server.connect(receiveBuffer: 1 << 16)
      for _ in 0..<3 { try connection.send(Requests.export(history: true) + "\n") }
      for _ in 0..<3 { #expect(try connection.readMessage()["datainfo"]?.elements.count == 6000) }
    }
  }

  @Test("a connection on which nothing is asked ends after the idle time, and one that waits for an answer does not")
  func idle() throws {
    try withServer(["--idle-timeout", "2s"]) { server in
      let connection = try server.connect()
      let begin = ContinuousClock.now
      #expect(try connection.ask(Requests.ping) == .alive)
      let (bytes, end) = connection.readToEnd()
      #expect(bytes.isEmpty && end == .closed)
      #expect(ContinuousClock.now - begin > .milliseconds(1900), "it was closed early")
    }
  }

  @Test("with all connections taken the others wait for one to end, and none is turned away")
  func connectionLimit() throws {
    let limit = 5
    try withServer(["--max-connections", "\(limit)"]) { server in
      let listening = try server.sockets
      let waiting = Waiting()
      let clients = ParallelWork(50) { number in
        let connection = try server.connect()
        #expect(try connection.ask(Requests.getPR("a", "c\(number)")).value != nil)
        // Holds its connection until others hold theirs too.
        try waiting.meet(limit)
        let sockets = try server.sockets
        try #expect(connection.ask(Requests.ping) == .alive)
        return sockets - listening
      }
      let maximum = try clients.finish().max()
      #expect(maximum! <= limit + 4, "one wake-up may accept a few at once")
      #expect(try server.connect().rows().count == 50)
    }
  }

  /// Where threads wait for each other, a few at a time.
  private final class Waiting: Sendable {
    private let changed = NSCondition()
    private let counter = Counter()

    /// Waits until a group of `size` is complete.
    func meet(_ size: Int) throws {
      changed.lock()
      defer { changed.unlock() }
      let number = counter.increment()
      let group = (number + size - 1) / size * size
      while counter.value < group {
        guard changed.wait(until: Date(timeIntervalSinceNow: Limit.seconds)) else {
          throw Failure("the others did not come")
        }
      }
      changed.broadcast()
    }
  }

  @Test("a chunk stream that never ends is cut after the time it has")
  func endlessChunkStream() throws {
    try withServer(["--message-timeout", "300ms"]) { server in
      let other = try server.connect()
      let connection = try server.connect()
      try connection.send("{\"chunk-stream\": null}\n{\"ping\":\n")
      let (bytes, end) = connection.readToEnd()
      #expect(bytes.isEmpty && end != .timedOut)
      #expect(try other.ask(Requests.ping) == .alive)
      try other.send("{\"chunk-stream\": null}\n{\"ping\":\n {}}\n\n")
      #expect(try other.readMessage() == .alive)
    }
  }
}
