// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// The lines that open a connection, as a machine for either role.
///
/// The client sends `PRSERVICE 1.0`, headers and an empty line, and may go on with requests at once. With
/// `needs-headers: true` the server answers headers and an empty line.
package struct Handshake: Sendable {
  /// The only first line there is.
  package static let greeting = "PRSERVICE 1.0"

  private let limits: WireLimits
  private let isClient: Bool
  private var state: State
  private var headers = Headers()
  private var bytes = 0

  private enum State: Sendable {
    /// A server waits for the greeting: → `headers`.
    case greeting
    /// Header lines until an empty one: → `headers`, `done`.
    case headers
    /// Nothing more belongs to the handshake.
    case done
  }

  /// What a line did.
  package enum Step: Sendable {
    case more
    case done(Headers)
  }

  private init(state: State, limits: WireLimits) {
    self.state = state
    isClient = state == .headers
    self.limits = limits
  }

  /// A server's side: it expects the greeting first.
  package static func server(limits: WireLimits) -> Handshake { Handshake(state: .greeting, limits: limits) }

  /// A client's side: it expects the server's headers.
  package static func client(limits: WireLimits) -> Handshake { Handshake(state: .headers, limits: limits) }

  package var isDone: Bool { if case .done = state { true } else { false } }

  /// Takes a line.
  package mutating func accept(_ line: ByteBuffer) throws(WireError) -> Step {
    bytes += line.readableBytes + 1
    guard bytes <= limits.headerBytes else { throw .headersTooLong(limit: limits.headerBytes) }
    switch state {
    case .greeting:
      guard line.readableBytesView.elementsEqual(Self.greeting.utf8) else {
        throw .foreignProtocol(Self.foreigner(line))
      }
      state = .headers
      return .more
    case .headers where isClient && Self.isOtherServer(line): throw .foreignProtocol(Self.foreigner(line))
    case .headers where line.readableBytes == 0:
      state = .done
      return .done(headers)
    case .headers:
      guard headers.count < limits.headers else { throw .tooManyHeaders(limit: limits.headers) }
      headers.append(line: String(buffer: line))
      return .more
    case .done: return .done(headers)
    }
  }

  /// Looks at the first bytes of a peer that has not sent a whole line: a TLS hello has no line ending to wait for.
  package func check(incomplete line: ByteBuffer) throws(WireError) {
    guard !isDone, Self.foreigner(line) == .tls else { return }
    throw .foreignProtocol(.tls)
  }

  /// What a client gets from a web server, or from a listener for TLS.
  private static func isOtherServer(_ line: ByteBuffer) -> Bool { foreigner(line) != .unknown }

  private static func foreigner(_ line: ByteBuffer) -> WireError.Foreigner {
    let view = line.readableBytesView
    // A TLS record, version 3.x: of a handshake, or an alert.
    if view.starts(with: [0x16, 0x03]) || view.starts(with: [0x15, 0x03]) { return .tls }
    if view.starts(with: "HTTP/1.".utf8) { return .http }
    if view.contains(ASCII.space), view.suffix(9).starts(with: " HTTP/".utf8) {
      // Web browsers, load balancers and curl come with GET.
      return view.starts(with: "POST ".utf8) ? .xmlRPC : .http
    }
    return .unknown
  }

  /// What a client sends: the greeting, its headers and the empty line.
  package static func request(_ headers: Headers, into out: inout ByteBuffer) {
    out.writeString(greeting + "\n")
    reply(headers, into: &out)
  }

  /// What a server answers to `needs-headers: true`.
  package static func reply(_ headers: Headers, into out: inout ByteBuffer) {
    for header in headers { out.writeString("\(header.name): \(header.value)\n") }
    out.writeString("\n")
  }
}
