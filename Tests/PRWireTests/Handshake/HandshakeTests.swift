// SPDX-License-Identifier: Apache-2.0
import NIOCore
import Testing

@testable import PRWire

@Suite("The handshake")
struct HandshakeTests {
  /// Feeds lines until the handshake is done; nil while it is not.
  private func run(_ handshake: Handshake, _ lines: [String]) throws(WireError) -> Headers? {
    var handshake = handshake
    for (index, line) in lines.enumerated() {
      guard case .done(let headers) = try handshake.accept(ByteBuffer(string: line)) else {
        #expect(!handshake.isDone)
        continue
      }
      #expect(handshake.isDone)
      #expect(index == lines.count - 1, "done before its last line")
      return headers
    }
    return nil
  }

  private func server(_ lines: [String], limits: WireLimits = WireLimits()) throws(WireError) -> Headers? {
    try run(.server(limits: limits), lines)
  }

  @Test("what BitBake's client sends opens a connection that wants no headers")
  func bitbake() throws {
    let headers = try #require(try server(["PRSERVICE 1.0", "needs-headers: false", ""]))
    #expect(!headers.needsHeaders)
    #expect(headers.count == 1)
  }

  @Test("no headers at all are enough, and an unfinished handshake is not")
  func shortest() throws {
    #expect(try server(["PRSERVICE 1.0", ""])?.isEmpty == true)
    #expect(try server(["PRSERVICE 1.0"]) == nil)
    #expect(try server(["PRSERVICE 1.0", "needs-headers: true"]) == nil)
  }

  @Test(
    "a client asks for headers in whatever case it likes",
    arguments: [
      ("needs-headers: true", true), ("Needs-Headers: TRUE", true), ("NEEDS-HEADERS:true", true),
      (" needs-headers \t:\t true  ", true), ("needs-headers: false", false), ("needs-headers: 1", false),
      ("needs-headers:", false), ("needs-headers true", false), ("x-needs-headers: true", false),
    ])
  func needsHeaders(line: String, expected: Bool) throws {
    let headers = try #require(try server(["PRSERVICE 1.0", "x: y", line, ""]))
    #expect(headers.needsHeaders == expected)
  }

  @Test("a client reads a server's headers and does not wait for a greeting")
  func client() throws {
    let lines = ["server: headwater/1", "features: lookup, changes", "level: 2", ""]
    let headers = try #require(try run(.client(limits: WireLimits()), lines))
    #expect(headers["Features"] == "lookup, changes" && headers["LEVEL"] == "2" && headers["server"] == "headwater/1")
    #expect(headers["store"] == nil)
    #expect(try run(.client(limits: WireLimits()), [""])?.isEmpty == true)
  }

  @Test(
    "another first line is another protocol",
    arguments: [
      ("GET / HTTP/1.1", .http), ("POST /x HTTP/1.0", .xmlRPC), ("PRI * HTTP/2.0", .http),
      ("PRSERVICE 2.0", .unknown), ("PRSERVICE 1.1", .unknown), ("PRSERVICE 1.00", .unknown),
      ("PRSERVICE 1.0 ", .unknown),
      (" PRSERVICE 1.0", .unknown), ("prservice 1.0", .unknown), ("OEHASHEQUIV 1.1", .unknown), ("PRSERVICE", .unknown),
      ("", .unknown), (#"{"ping":{}}"#, .unknown), ("\u{16}\u{3}\u{1}\u{2}\u{0}", .tls), ("\u{16}\u{3}\u{3}", .tls),
    ] as [(String, WireError.Foreigner)])
  func foreignProtocol(line: String, foreigner: WireError.Foreigner) {
    #expect(throws: WireError.foreignProtocol(foreigner)) { try server([line]) }
  }

  @Test("a TLS hello is recognised before a line ending comes, and so is the alert that a TLS listener sends")
  func incompleteTLS() throws {
    let hello = ByteBuffer(bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
    var handshake = Handshake.server(limits: WireLimits())
    #expect(throws: WireError.foreignProtocol(.tls)) { try handshake.check(incomplete: hello) }
    for beginning in ["", "\u{16}", "P", "PRSERVICE 1.", "GET / HTTP/1.1", "x"] {
      #expect(throws: Never.self) { try handshake.check(incomplete: ByteBuffer(string: beginning)) }
    }
    _ = try handshake.accept(ByteBuffer(string: Handshake.greeting))
    #expect(throws: WireError.foreignProtocol(.tls)) { try handshake.check(incomplete: hello) }
    _ = try handshake.accept(ByteBuffer())
    #expect(handshake.isDone)
    #expect(throws: Never.self) { try handshake.check(incomplete: hello) }
    let alert = ByteBuffer(bytes: [0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28])
    #expect(throws: WireError.foreignProtocol(.tls)) {
      try Handshake.client(limits: WireLimits()).check(incomplete: alert)
    }
  }

  @Test("a web server is recognised by its first line")
  func webServer() throws {
    var handshake = Handshake.client(limits: WireLimits())
    #expect(throws: WireError.foreignProtocol(.http)) {
      _ = try handshake.accept(ByteBuffer(string: "HTTP/1.1 400 Bad Request"))
    }
  }

  @Test("as many headers as the limit pass, one more does not")
  func countLimit() throws {
    let limits = WireLimits(headers: 3)
    let lines = ["a: 1", "b: 2", "c: 3"]
    #expect(try server(["PRSERVICE 1.0"] + lines + [""], limits: limits)?.count == 3)
    #expect(throws: WireError.tooManyHeaders(limit: 3)) {
      try server(["PRSERVICE 1.0"] + lines + ["d: 4"], limits: limits)
    }
    #expect(throws: WireError.tooManyHeaders(limit: 3)) {
      try run(.client(limits: limits), lines + ["d: 4"])
    }
  }

  @Test("as many bytes as the limit pass, endings included, one more does not")
  func byteLimit() throws {
    let lines = ["PRSERVICE 1.0", "a: 12345", ""]
    let bytes = lines.map { $0.utf8.count + 1 }.reduce(0, +)
    #expect(try server(lines, limits: WireLimits(headerBytes: bytes)) != nil)
    #expect(throws: WireError.headersTooLong(limit: bytes - 1)) {
      try server(lines, limits: WireLimits(headerBytes: bytes - 1))
    }
    #expect(throws: WireError.headersTooLong(limit: 100)) {
      try server(["PRSERVICE 1.0"] + Array(repeating: "no colon", count: 50), limits: WireLimits(headerBytes: 100))
    }
  }

  @Test("what one side writes the other side reads")
  func bothSides() throws {
    let headers = Headers([("needs-headers", "true"), ("x", "y z")])
    let request = ByteBuffer.text { Handshake.request(headers, into: &$0) }
    #expect(request == "PRSERVICE 1.0\nneeds-headers: true\nx: y z\n\n")
    let reply = ByteBuffer.text { Handshake.reply(headers, into: &$0) }
    #expect(reply == "needs-headers: true\nx: y z\n\n")
    let lines = { (text: String) in
      text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    let asked = try #require(try server(lines(request)))
    let answered = try #require(try run(.client(limits: WireLimits()), lines(reply)))
    for read in [asked, answered] {
      #expect(read.map(\.name) == headers.map(\.name) && read.map(\.value) == headers.map(\.value))
    }
    #expect(ByteBuffer.text { Handshake.reply(Headers(), into: &$0) } == "\n")
  }
}
