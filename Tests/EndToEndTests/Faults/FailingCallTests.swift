// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

/// A server is started, asked and stopped while one of its calls on its files fails, or all from one on. A long run lets
/// up to 90 calls of each kind fail in turn, a short one a random one.
@Suite(
  "A server whose calls to the file system fail", .ownThreads,
  .enabled(if: FaultControl.isPossible, "needs to preload a library"))
struct FailingCallTests {
  struct Kind: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let calls: FaultControl.Calls
    let fault: FaultControl.Fault
    /// How many calls between the first and the last ones a long run lets fail.
    let sample: Int

    init(_ name: String, _ calls: FaultControl.Calls, _ fault: FaultControl.Fault, sample: Int = 10) {
      (testDescription, self.calls, self.fault, self.sample) = (name, calls, fault, sample)
    }

    /// GRDB ends a process that gets no memory while it opens a database.
    var mayEndAStart: Bool { calls == .allocate }
  }

  static let kinds = [
    Kind("write: I/O error", .write, .fails(EIO)), Kind("write: disk full", .write, .fails(ENOSPC)),
    Kind("write: half of it", .write, .isShort), Kind("write: interrupted", .write, .fails(EINTR)),
    Kind("sync: I/O error", .sync, .fails(EIO)), Kind("sync: disk full", .sync, .fails(ENOSPC)),
    Kind("truncate: I/O error", .truncate, .fails(EIO)), Kind("open: no descriptor", .open, .fails(EMFILE)),
    Kind("open: I/O error", .open, .fails(EIO)), Kind("read: I/O error", .read, .fails(EIO)),
    Kind("map: no memory", .map, .fails(ENOMEM)), Kind("rename: disk full", .rename, .fails(ENOSPC)),
    Kind("unlink: I/O error", .unlink, .fails(EIO)),
  ]

  private static let memory = Kind("allocate in SQLite: no memory", .allocate, .fails(ENOMEM), sample: 300)

  @Test(
    "has every answer that left, numbers no content twice, and goes on when the calls succeed again",
    arguments: kinds + [memory], Seed.several(1))
  func calls(kind: Kind, seed: Seed) throws {
    var numbers = seed.numbers
    let whole = try Life("no \(kind.testDescription)", seed)
    whole.control.count(kind.calls)
    try whole.run(stopsUnderFaults: true)
    let count = whole.control.seen
    try #require(count > 0)
    let places = Self.places(count, sample: kind.sample, &numbers)
    for place in places {
      // An interrupted call is made again, for as long as it is interrupted.
      let isOnce = kind.fault == .fails(EINTR) || Bool.random(using: &numbers)
      let failing = "\(kind.testDescription), \(isOnce ? "call" : "all calls from") \(place) of \(count)"
      let life = try Life(failing, seed, mayEndAStart: kind.mayEndAStart)
      life.control.make(kind.calls, kind.fault, after: place, times: isOnce ? 1 : .max)
      try life.run(stopsUnderFaults: Bool.random(using: &numbers))
    }
    print("\(kind.testDescription): \(count) calls, of which \(Set(places).count) failed")
  }

  /// Which calls fail first. A new log is brought to its length by thousands of writes that are alike: a long run has the
  /// first calls, the last ones, and some between them.
  private static func places(_ count: Int, sample: Int, _ numbers: inout SeededNumbers) -> [Int] {
    let ends = 40
    let behind = max(0, count - ends)..<count
    guard runsLongTests else {
      return [.random(in: Bool.random(using: &numbers) ? behind : 0..<count, using: &numbers)]
    }
    let middle = (0..<sample).map { _ in Int.random(in: 0..<count, using: &numbers) }
    return Set(Array(0..<min(ends, count)) + Array(behind) + middle).sorted()
  }

  /// A database with the processes that serve it one after the other.
  private final class Life {
    let control: FaultControl
    /// What fails, and how to have it fail again.
    private let story: String
    private let seed: Seed
    private let mayEndAStart: Bool
    private let folder: TemporaryFolder
    private var client: AllocatingClient

    init(_ failing: String, _ seed: Seed, mayEndAStart: Bool = false) throws {
      (self.seed, self.mayEndAStart) = (seed, mayEndAStart)
      story = "\(failing); \(seed)"
      control = try FaultControl()
      folder = try TemporaryFolder()
      client = AllocatingClient("client", seed)
    }

    func run(stopsUnderFaults: Bool) throws {
      var server = try start()
      let connection = try server.connect()
      for _ in 0..<12 { try ask(connection) }
      if stopsUnderFaults {
        server.process.signal(SIGTERM)
        guard case .exit = try server.process.wait() else { throw Failure("it crashed: \(server.log); \(story)") }
        control.heal()
        server = try ServerProcess(in: folder, environment: control.environment)
      }
      control.heal()
      let healed = try server.connect()
      for _ in 0..<3 {
        let answered = try ask(healed)
        #expect(answered, "it should go on by itself; \(story)")
      }
      try server.kill()
      let restarted = try ServerProcess(in: folder)
      var allocations = Allocations()
      allocations.add([client.answers])
      try allocations.check(restarted.connect(), seed)
      try restarted.kill()
      if runsLongTests { try expectNoDuplicates(in: folder, seed) }
    }

    /// A server that cannot start ends and gives the reason; it starts when the calls succeed again.
    private func start() throws -> ServerProcess {
      do {
        return try ServerProcess(in: folder, environment: control.environment)
      } catch let failure as Failure {
        let isEnd = failure.description.contains("(exit(1))")
        #expect(isEnd || mayEndAStart && failure.description.contains("(signal("), "\(failure); \(story)")
        control.heal()
        return try ServerProcess(in: folder, environment: control.environment)
      }
    }

    @discardableResult
    private func ask(_ connection: RawConnection) throws -> Bool {
      let (version, checksum) = client.next()
      let reply = try connection.ask(Requests.getPR(version, checksum))
      guard let value = reply.value else {
        #expect(reply.refusal != nil, "\(reply); \(story)")
        return false
      }
      client.take(version, checksum, value)
      return true
    }
  }
}
