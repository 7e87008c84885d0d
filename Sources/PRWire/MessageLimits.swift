// SPDX-License-Identifier: Apache-2.0

/// How long a message a server takes, as it announces it in its headers: `line=65536, message=131072`.
package struct MessageLimits: Hashable, Sendable {
  /// The longest line, in bytes without its ending.
  package var line: Int
  /// The longest message that comes as a chunk stream, in bytes.
  package var message: Int

  package init(line: Int, message: Int) {
    self.line = line
    self.message = message
  }

  /// What a server takes that announces nothing: an earlier version of this one by default, and BitBake's.
  package static let standard = MessageLimits(WireLimits())

  package init(_ limits: WireLimits) { self.init(line: limits.line, message: limits.message) }

  /// Reads a header's value.
  ///
  /// - Returns: nil unless both numbers are there and positive. Other members are passed over.
  package init?(_ text: String) {
    var found: [Substring: Int] = [:]
    for member in text.split(separator: ",").prefix(16) {
      let parts = member.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { found[parts[0]] = Int(parts[1]) }
    }
    guard let line = found["line"], let message = found["message"], line > 0, message > 0 else { return nil }
    self.init(line: line, message: message)
  }

  /// The limit that a message is beyond; nil for one that the server takes.
  ///
  /// - Parameter bytes: the message's length, without a line ending.
  package func exceeded(by bytes: Int) -> Exceeded? {
    let isStream = bytes >= ChunkStream.piece
    let line = isStream ? ChunkStream.piece : bytes
    if line > self.line { return Exceeded(option: "--max-line", limit: self.line, bytes: line) }
    return isStream && bytes > message ? Exceeded(option: "--max-message", limit: message, bytes: bytes) : nil
  }

  /// A message is too long for a server.
  package struct Exceeded: Hashable, Sendable {
    /// The option of `headwater serve` that sets the limit.
    package let option: String
    package let limit: Int
    /// What the message takes.
    package let bytes: Int

    package init(option: String, limit: Int, bytes: Int) {
      self.option = option
      self.limit = limit
      self.bytes = bytes
    }
  }
}

extension MessageLimits: CustomStringConvertible {
  package var description: String { "line=\(line), message=\(message)" }
}
