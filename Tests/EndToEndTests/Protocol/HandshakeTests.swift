// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Handshakes over a socket", .ownThreads)
struct HandshakeOverSocketTests {
  @Test(
    "another protocol is closed without a byte",
    arguments: [
      "PRSERVICE 2.0\n\n", "PRSERVICE 1.1\nneeds-headers: true\n\n", "PRSERVICE\n\n", "prservice 1.0\n\n",
      "OEHASHEQUIV 1.1\n\n", "\n", "\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", #"{"ping":{}}"# + "\n",
      "\u{0}\u{1}\u{2}\u{3}\n",
    ])
  func foreign(bytes: String) throws {
    try withServer { server in
      let connection = try server.connect(greets: false)
      try connection.send(bytes)
      #expect(connection.isClosedSilently)
    }
  }

  @Test("a TLS hello is closed without a byte, and the log says what it looks like")
  func wrongDoor() throws {
    try withServer { server in
      let connection = try server.connect(greets: false)
      try connection.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03])
      #expect(connection.isClosedSilently)
      #expect(server.process.errors.wait { $0.contains("looks like TLS") }, "\(server.log)")
    }
  }

  @Test(
    "half a handshake for ever ends after the time it has",
    arguments: ["", "P", "PRSERVICE 1.0\n", "PRSERVICE 1.0\nx: y\n"])
  func halfHandshake(bytes: String) throws {
    try withServer(["--handshake-timeout", "2s"]) { server in
      let complete = try server.connect()
      #expect(try complete.ask(Requests.ping) == .alive)
      let connection = try server.connect(greets: false)
      let begin = ContinuousClock.now
      try connection.send(bytes)
      #expect(connection.isClosedSilently)
      #expect(ContinuousClock.now - begin > .milliseconds(1900), "it was closed early")
      #expect(try complete.ask(Requests.ping) == .alive, "the time is over once the handshake is")
    }
  }

  static let floods: [(name: String, options: [String], bytes: String)] = [
    ("too many lines", [], "PRSERVICE 1.0\n" + String(repeating: "a: b\n", count: 33)),
    ("too many bytes", [], "PRSERVICE 1.0\nx: " + String(repeating: "y", count: 9000) + "\n"),
    ("a line that never ends", [], "PRSERVICE 1.0\nx: " + String(repeating: "y", count: 200_000)),
    ("a first line that never ends", [], String(repeating: "P", count: 200_000)),
    ("lines without a colon", [], "PRSERVICE 1.0\n" + String(repeating: "y\n", count: 100_000)),
    ("more lines than were allowed", ["--max-headers", "2"], "PRSERVICE 1.0\na: 1\nb: 2\nc: 3\n\n"),
    ("more bytes than were allowed", ["--max-header-bytes", "40"], "PRSERVICE 1.0\na: 1234567890123456789012345\n\n"),
  ]

  @Test("a flood of headers is closed without a byte", arguments: floods.indices)
  func flood(index: Int) throws {
    let (name, options, bytes) = Self.floods[index]
    try withServer(options) { server in
      try #expect(server.connect().ask(Requests.ping) == .alive)
      let connection = try server.connect(greets: false)
      _ = connection.sendWhatIsTaken(Array(bytes.utf8))
      #expect(connection.isClosedSilently, "\(name)")
    }
  }

  @Test("who asks for headers gets some and an empty line, before the first reply")
  func headers() throws {
    try withServer { server in
      let connection = try server.connect(greets: false)
      try connection.send("PRSERVICE 1.0\nNeeds-Headers: TRUE\nx-unknown: y\n\n\(Requests.ping)\n")
      var headers: [String] = []
      while case let line = try connection.readLine(), !line.isEmpty { headers.append(line) }
      #expect(headers.contains { $0.hasPrefix("server: headwater/") }, "\(headers)")
      #expect(headers.allSatisfy { $0.contains(": ") })
      #expect(try connection.readMessage() == .alive)
    }
  }

  @Test("handshake and requests may come in one segment, and byte by byte")
  func segments() throws {
    try withServer { server in
      let bytes = Array((RawConnection.greeting + Requests.getPR("a", "c") + "\n" + Requests.ping + "\n").utf8)
      let whole = try server.connect(greets: false)
      try whole.send(bytes)
      let dripping = try server.connect(greets: false)
      for byte in bytes { try dripping.send([byte]) }
      for connection in [whole, dripping] {
        #expect(try connection.readMessage() == .value("0"))
        #expect(try connection.readMessage() == .alive)
      }
    }
  }

  @Test("lines may end in carriage return and line feed")
  func carriageReturns() throws {
    try withServer { server in
      let connection = try server.connect(greets: false)
      try connection.send("PRSERVICE 1.0\r\nneeds-headers: false\r\n\r\n\(Requests.getPR("a", "c"))\r\n")
      #expect(try connection.readLine() == #"{"value":"0"}"#)
      try connection.send("{\"chunk-stream\": null}\r\n{\"pi\r\nng\":{}}\r\n\r\n")
      #expect(try connection.readMessage() == .alive)
    }
  }
}
