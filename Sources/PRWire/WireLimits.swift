// SPDX-License-Identifier: Apache-2.0

/// How much of a peer's bytes is believed before memory is spent on it.
package struct WireLimits: Hashable, Sendable {
  /// The longest line, in bytes without its ending.
  package var line: Int
  /// The longest message joined from a chunk stream, in bytes.
  package var message: Int
  /// How deeply objects and arrays may nest.
  package var depth: Int
  /// How many header lines a handshake may have.
  package var headers: Int
  /// How many bytes a handshake may have.
  package var headerBytes: Int

  package init(
    line: Int = ServeOptions.table.maxLine.standard, message: Int = ServeOptions.table.maxMessage.standard,
    depth: Int = ServeOptions.table.maxDepth.standard, headers: Int = ServeOptions.table.maxHeaders.standard,
    headerBytes: Int = ServeOptions.table.maxHeaderBytes.standard
  ) {
    self.line = line
    self.message = message
    self.depth = depth
    self.headers = headers
    self.headerBytes = headerBytes
  }
}

/// Why a peer's bytes cannot be followed. Each one leaves the framing in doubt, so the connection ends.
package enum WireError: Error, Hashable, Sendable {
  case lineTooLong(limit: Int)
  case messageTooLong(limit: Int)
  case tooManyHeaders(limit: Int)
  case headersTooLong(limit: Int)
  /// The first line is not `PRSERVICE 1.0`.
  case foreignProtocol(Foreigner)
  case json(JSONError)
  /// A server sent more than it was asked: whatever comes next may belong to another question.
  case unaskedReply

  /// Who most likely knocked at the wrong door.
  package enum Foreigner: String, Hashable, Sendable {
    case tls = "it looks like TLS: use a tls:// listener, or tcp:// in the client's address"
    case http = "it looks like HTTP, not like BitBake's PR protocol"
    case xmlRPC = "it looks like XML-RPC, which BitBake before 1.52 (2021) speaks; use a newer BitBake"
    case unknown = "it is not BitBake's PR protocol"
  }
}

extension WireError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .lineTooLong(let limit):
      "a line longer than \(limit) bytes; send longer messages as a chunk stream, or raise the line limit"
    case .messageTooLong(let limit): "a message longer than \(limit) bytes; raise the message limit if it is meant"
    case .tooManyHeaders(let limit): "more than \(limit) header lines"
    case .headersTooLong(let limit): "a handshake longer than \(limit) bytes"
    case .foreignProtocol(let foreigner): foreigner.rawValue
    case .json(let error): error.description
    case .unaskedReply: "a reply without a request"
    }
  }
}
