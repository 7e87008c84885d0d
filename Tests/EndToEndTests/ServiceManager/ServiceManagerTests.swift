// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSeed
import TestThreads
import Testing

@Suite("Under a service manager", .ownThreads)
struct ServiceManagerTests {
  @Test(
    "a server that is given a socket says when it is ready, that it is alive, and that it stops",
    arguments: [(nil, false), ("s", false), (nil, true)])
  func notifies(unix path: String?, isAbstract: Bool) throws {
    let unit = try ServiceUnit(unix: path, isAbstract: isAbstract)
    let server = try unit.start(watchdog: 100_000)
    #expect(server.output.wait { $0 == "listening on \(unit.address)\n" })
    let connection = try RawConnection(to: unit.address)
    #expect(try connection.ask(Requests.getPR("p", "a")) == .value("0"), "ready means that it answers")
    #expect(unit.wait { $0.count { $0 == "WATCHDOG=1" } >= 3 })
    try unit.stop(server)
    for word in ["READY=1", "STOPPING=1"] { #expect(unit.words.count { $0 == word } == 1) }
    #expect(Set(unit.words) == ["READY=1", "WATCHDOG=1", "STOPPING=1"])
    if let path { #expect(unit.folder.exists(path), "who made the socket file removes it") }
  }

  @Test("whoever connects while there is no server waits for the next one")
  func waits() throws {
    let unit = try ServiceUnit()
    let early = try RawConnection(to: unit.address)
    try early.send(Requests.getPR("p", "a") + "\n")
    let server = try unit.start()
    #expect(try early.readMessage() == .value("0"))
    try unit.stop(server)
    let between = try RawConnection(to: unit.address)
    try between.send(Requests.getPR("p", "b") + "\n")
    let next = try unit.start()
    #expect(try between.readMessage() == .value("1"))
    try unit.stop(next)
  }

  @Test("restarts under load fail no request of BitBake's clients, and give no value twice", arguments: [false, true])
  func restarts(isKilled: Bool) throws {
    let seed = Seed.several(1)[0]
    let unit = try ServiceUnit()
    let (answered, isOver) = (Watched(0), Watched(false))
    var server = try unit.start()
    let load = ParallelWork(8) { number in
      var client = BuildClient(unit.address, keepsConnection: number % 2 == 0)
      var questions = AllocatingClient("client\(number)", seed)
      var answers: [RecordedRow] = []
      while !isOver.current {
        let (version, checksum) = questions.next()
        do {
          answers.append(try client.getPR(version, checksum))
        } catch {
          isOver.withLock { $0 = true }
          throw error
        }
        answered.withLock { $0 += 1 }
      }
      return (answers, client.retries)
    }
    for restart in 1...6 {
      answered.wait { $0 >= restart * 300 || isOver.current }
      if isKilled {
        server.signal(SIGKILL)
        #expect(try server.wait() == .signal(SIGKILL))
      } else {
        try unit.stop(server)
      }
      server = try unit.start()
    }
    isOver.withLock { $0 = true }
    let clients = try load.finish()
    #expect(clients.map(\.1).reduce(0, +) > 0, "no restart met a request")
    var allocations = Allocations()
    allocations.add(clients.map(\.0))
    #expect(allocations.count >= 1800)
    try allocations.check(RawConnection(to: unit.address), seed)
    try unit.stop(server)
  }

  @Test("a socket that is for another process is left alone, and one that no --listen names is refused")
  func mistakes() throws {
    let unit = try ServiceUnit()
    let other = try unit.launch(["--listen", "tcp://127.0.0.1:0"], addressee: "1")
    #expect(unit.wait { $0.contains("READY=1") })
    #expect(other.output.wait { $0.hasSuffix("\n") } && !other.output.text.contains("\(unit.address)\n"))
    try unit.stop(other)
    let refused = try unit.launch(["--listen", "tcp://127.0.0.1:0"])
    #expect(try refused.wait() == .exit(1))
    #expect(refused.errors.text.contains("a socket was passed for \(unit.address), and no --listen names it"))
  }
}
