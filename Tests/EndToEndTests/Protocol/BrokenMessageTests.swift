// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

/// Bytes after the handshake that are no messages: one last line says why, and the connection ends.
@Suite("Messages that break the JSON or the framing", .ownThreads)
struct BrokenMessageTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let words: String

    init(_ name: String, _ text: String, _ words: String = "not valid JSON") {
      self.init(name, bytes: Array(text.utf8), words)
    }

    init(_ name: String, bytes: [UInt8], _ words: String = "not valid JSON") {
      (self.name, self.bytes, self.words) = (name, bytes, words)
    }

    var testDescription: String { name }
  }

  static let cases = [
    Case("an empty line", ""),
    Case("no JSON", "hello"),
    Case("half an object", #"{"get-pr":{"version":"v""#),
    Case("a trailing comma", #"{"ping":{},}"#),
    Case("single quotes", "{'ping':{}}"),
    Case("something behind the end", #"{"ping":{}} x"#),
    Case("two messages in a line", #"{"ping":{}}{"ping":{}}"#),
    Case("NaN", #"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":NaN}}"#),
    Case("a number with a leading zero", #"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":07}}"#),
    Case("a raw tab in a string", "{\"get-pr\":{\"version\":\"a\tb\",\"pkgarch\":\"p\",\"checksum\":\"c\"}}"),
    Case("half a surrogate pair", #"{"get-pr":{"version":"\ud83d","pkgarch":"p","checksum":"c"}}"#),
    Case("arrays without end", String(repeating: "[", count: 30_000), "nested too deeply"),
    Case("objects without end", String(repeating: #"{"get-pr":"#, count: 4000), "nested too deeply"),
    Case("nesting inside a request", #"{"ping":"# + String(repeating: "[", count: 17), "nested too deeply"),
    Case("binary", bytes: (0...255).filter { $0 != 10 }),
    Case("bytes that are not UTF-8", bytes: Array(#"{"ping":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), "UTF-8"),
    Case("an overlong NUL", bytes: Array(#"{"ping":""#.utf8) + [0xC0, 0x80] + Array(#""}"#.utf8), "UTF-8"),
    Case("UTF-16", bytes: #"{"ping":{}}"#.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
    Case("a byte order mark", bytes: [0xEF, 0xBB, 0xBF] + Array(#"{"ping":{}}"#.utf8)),
    Case("a second handshake", "PRSERVICE 1.0"),
    Case("an HTTP request", "GET / HTTP/1.1"),
    Case("a line longer than the limit", String(repeating: "x", count: (64 << 10) + 1), "longer than 65536 bytes"),
  ]

  @Test("get one last line that says why, store nothing and end nothing else", arguments: cases)
  func broken(example: Case) throws {
    try withServer { server in
      let bystander = try server.connect()
      #expect(try bystander.ask(Requests.ping) == .alive)
      let connection = try server.connect()
      #expect(try connection.ask(Requests.ping) == .alive)
      try connection.send(example.bytes + [10])
      let reply = try connection.readMessage()
      #expect(reply.refusal?.contains(example.words) == true, "\(reply)")
      #expect(connection.isClosedSilently)
      #expect(try bystander.ask(Requests.ping) == .alive)
      #expect(try bystander.rows() == [])
    }
  }

  @Test("requests in front of it are answered, and those behind it are not")
  func amongGoodOnes() throws {
    try withServer { server in
      let connection = try server.connect()
      let good = (0..<10).map { Requests.getPR("a", "c\($0)") }
      try connection.send((good + ["nonsense"] + [Requests.getPR("b", "c")]).joined(separator: "\n") + "\n")
      for number in 0..<10 { #expect(try connection.readMessage() == .value("\(number)")) }
      #expect(try connection.readMessage().refusal?.contains("not valid JSON") == true)
      #expect(connection.isClosedSilently)
      #expect(try server.connect().rows().count == 10)
    }
  }

  @Test("a line of the limit passes")
  func maximumLineLength() throws {
    try withServer { server in
      let connection = try server.connect()
      let padding = String(repeating: " ", count: (64 << 10) - Requests.ping.utf8.count)
      #expect(try connection.ask(Requests.ping + padding) == .alive)
      #expect(try connection.ask(Requests.ping + padding + "\r") == .alive)
    }
  }

  @Test("a line of 64 MiB is refused while it comes, and costs no memory", arguments: [true, false])
  func hugeLine(afterHandshake: Bool) throws {
    try withServer { server in
      try #expect(server.connect().ask(Requests.ping) == .alive)
      let before = try server.peakMemory
      let connection = try server.connect(greets: afterHandshake)
      let piece = [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
      var sent = 0
      while sent < 64 << 20 {
        let taken = connection.sendWhatIsTaken(piece)
        sent += taken
        guard taken == piece.count else { break }
      }
      if afterHandshake {
        #expect(try connection.readMessage().refusal?.contains("longer than 65536 bytes") == true)
      }
      #expect(connection.isClosedSilently)
      #expect(try server.peakMemory - before < 6 << 10, "KiB")
    }
  }

  @Test("a chunk stream longer than the limit is refused while it comes, and costs no memory")
  func hugeChunkStream() throws {
    try withServer(["--max-message", "100000"]) { server in
      try #expect(server.connect().ask(Requests.ping) == .alive)
      let before = try server.peakMemory
      let connection = try server.connect()
      try connection.send("{\"chunk-stream\": null}\n")
      let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 32_767) + [10]
      for _ in 0..<1000 where connection.sendWhatIsTaken(piece) < piece.count { break }
      #expect(try connection.readMessage().refusal?.contains("longer than 100000 bytes") == true)
      #expect(connection.isClosedSilently)
      #expect(try server.peakMemory - before < 6 << 10, "KiB")
    }
  }

  @Test("a request may come as a chunk stream, cut anywhere")
  func chunkStream() throws {
    try withServer { server in
      let connection = try server.connect()
      let request = Requests.getPR("a\\u00e9b", "c")
      for length in [1, 2, 3, 7, request.utf8.count] {
        var stream = "{\"chunk-stream\": null}\n"
        var rest = Substring(request)
        while !rest.isEmpty {
          stream += rest.prefix(length) + "\n"
          rest = rest.dropFirst(length)
        }
        try connection.send(stream + "\n")
        #expect(try connection.readMessage() == .value("0"), "pieces of \(length)")
      }
      #expect(try connection.rows() == [RecordedRow(version: "aéb", checksum: "c", value: "0")])
    }
  }

  @Test("an empty chunk stream is an empty message")
  func emptyChunkStream() throws {
    try withServer { server in
      let connection = try server.connect()
      try connection.send("{\"chunk-stream\": null}\n\n")
      #expect(try connection.readMessage().refusal?.contains("not valid JSON") == true)
      #expect(connection.isClosedSilently)
    }
  }

  @Test("null ends the connection, after all that was asked before")
  func goodbye() throws {
    try withServer { server in
      let connection = try server.connect()
      try connection.send(
        [Requests.getPR("a", "c"), Requests.ping, "null", Requests.getPR("b", "c"), ""].joined(separator: "\n"))
      #expect(try connection.readMessage() == .value("0"))
      #expect(try connection.readMessage() == .alive)
      #expect(connection.isClosedSilently)
      #expect(try server.connect().rows().count == 1)
    }
  }
}
