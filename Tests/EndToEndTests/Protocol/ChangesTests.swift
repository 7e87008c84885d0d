// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A question for news", .ownThreads)
struct ChangesTests {
  private static func query(after: Int = 0, wait: Int = 0, store: String = "null", digest: String = "") -> String {
    #"{"changes":{"store":\#(store),"after":\#(after),"digest":"\#(digest)","limit":100,"wait":\#(wait)}}"#
  }

  private func checksums(_ answer: JSONValue) -> [String?] {
    answer["rows"]?.elements.map { $0.elements.dropFirst(2).first?.string } ?? ["no rows: \(answer)"]
  }

  @Test("is answered as soon as there are some, to everybody who asks")
  func wakes() throws {
    try withServer { server in
      let waiting = try (0..<30).map { _ in try server.connect() }
      for connection in waiting { try connection.send(Self.query(wait: 300) + "\n") }
      let (_, time) = try measured {
        _ = try server.connect().ask(Requests.getPR("p", "news"))
        for connection in waiting { #expect(try checksums(connection.readMessage()) == ["news"]) }
      }
      #expect(time < .seconds(150), "none has waited for its time to be up")
    }
  }

  @Test("is answered when its time is up, with nothing")
  func timeIsUp() throws {
    try withServer { server in
      let (answer, time) = try measured { try server.connect().ask(Self.query(wait: 1)) }
      #expect(checksums(answer) == [] && answer["more"] == .bool(false) && answer["last"] == .integer(0))
      #expect(time >= .milliseconds(990), "\(time)")
      #expect(try checksums(server.connect().ask(Self.query())) == [], "who does not wait is not kept")
    }
  }

  @Test("keeps its turn among the others of its connection, of which it may be the only one of its kind")
  func order() throws {
    try withServer { server in
      let connection = try server.connect()
      try connection.send(
        [Self.query(wait: 300), Requests.ping, Self.query(wait: 300), Requests.getPR("p", "news")].joined(
          separator: "\n")
          + "\n")
      #expect(try checksums(connection.readMessage()) == ["news"], "the last of the four brought it")
      #expect(try connection.readMessage() == .alive)
      #expect(try connection.readMessage().refusal?.contains("one is open") == true)
      #expect(try connection.readMessage() == .value("0"))
      #expect(try checksums(connection.ask(Self.query())) == ["news"], "the next one may be asked")
    }
  }

  @Test("is answered at once by a server that stops, and for a peer that has sent all it will")
  func endsEarly() throws {
    let server = try ServerProcess()
    let (leaving, waiting) = (try server.connect(), try server.connect())
    try leaving.send(Self.query(wait: 300) + "\n")
    leaving.finishSending()
    #expect(try checksums(leaving.readMessage()) == [])
    #expect(leaving.isClosedSilently)
    try waiting.send(Requests.ping + "\n" + Self.query(wait: 300) + "\n")
    #expect(try waiting.readMessage() == .alive)
    let start = ContinuousClock.now
    server.process.signal(SIGTERM)
    #expect(try checksums(waiting.readMessage()) == [])
    #expect(waiting.isClosedSilently)
    #expect(try server.process.wait() == .exit(0))
    #expect(ContinuousClock.now - start < .seconds(150))
  }

  @Test("of peers that have gone costs nothing more")
  func gonePeers() throws {
    try withServer(["--status", "0"]) { server in
      let before = try server.sockets
      for _ in 0..<3 {
        _ = try (0..<50).map { _ in
          let connection = try server.connect()
          try connection.send(Requests.ping + "\n" + Self.query(wait: 300) + "\n")
          #expect(try connection.readMessage() == .alive)
          return connection
        }
        _ = try server.connect().ask(Requests.getPR("p", "\(UInt32.random(in: 0...(.max)))"))
      }
      // One more is that of the page which tells when to look.
      try server.wait { try server.sockets <= before + 1 }
    }
  }

  @Test("hears of rows that another process writes long before its time is up, again and again")
  func foreignRows() throws {
    let folder = try TemporaryFolder()
    try withServer(in: folder) { server in
      var feed = try FeedReader(server)
      var slowest = Duration.zero
      for round in 0..<3 {
        let waiting = try server.connect()
        try feed.catchUp()
        let store = try JSONValue(server.connect().ask(Self.query()).text)["store"]?.string ?? ""
        try waiting.send(
          Self.query(after: Int(feed.last), wait: 300, store: "\"\(store)\"", digest: feed.digest) + "\n")
        try folder.fill("prserv.sqlite3", 1, from: round)
        let (answer, time) = try measured { try waiting.readMessage() }
        #expect(checksums(answer) == ["checksum-\(round)"])
        slowest = max(slowest, time)
      }
      #expect(slowest < .seconds(150), "\(slowest)")
    }
  }

  @Test("from a place that is none of this feed's is told why", arguments: ["another", "x y", "é"])
  func resets(store: String) throws {
    try withServer { server in
      let answer = try server.connect().ask(Self.query(after: 3, wait: 300, store: "\"\(store)\""))
      #expect(answer["reset"]?.string?.contains("another store") == true, "\(answer)")
    }
  }

  @Test("that cannot be understood is refused, and the connection goes on")
  func refused() throws {
    try withServer { server in
      let connection = try server.connect()
      for fields in [#"{"after":-1}"#, #"{"limit":0}"#, #"{"store":7}"#, "7"] {
        #expect(try connection.ask(#"{"changes":\#(fields)}"#).refusal?.hasPrefix("changes: ") == true)
      }
      let huge = #"{"changes":{"limit":9223372036854775807,"wait":0,"after":9223372036854775807}}"#
      #expect(try checksums(connection.ask(huge)) == [])
    }
  }
}
