// SPDX-License-Identifier: Apache-2.0

/// Where a server is: `tcp://HOST:PORT`, `tcp://[v6]:PORT`, `tls://HOST:PORT` or `unix:///path`.
package enum Endpoint: Hashable, Sendable {
  case tcp(host: String, port: Int)
  case tls(host: String, port: Int)
  case unix(path: String)

  /// BitBake's own default port, on this machine only.
  package static let standard = Endpoint.tcp(host: "127.0.0.1", port: 8585)

  /// - Parameter text: with its scheme; a bare `HOST:PORT`, as BitBake writes it, is TCP.
  package init(_ text: String) throws(Malformed) {
    if let path = text.rest(behind: "unix://") {
      guard path.utf8.first == UInt8(ascii: "/") else {
        throw Malformed(text: text, problem: "the path must begin with /")
      }
      self = .unix(path: String(path))
    } else if let rest = text.rest(behind: "tcp://") {
      let (host, port) = try Self.hostAndPort(text, rest)
      self = .tcp(host: host, port: port)
    } else if let rest = text.rest(behind: "tls://") {
      let (host, port) = try Self.hostAndPort(text, rest)
      self = .tls(host: host, port: port)
    } else if !text.utf8.contains("://".utf8) {
      let (host, port) = try Self.hostAndPort(text, text[...])
      self = .tcp(host: host, port: port)
    } else {
      throw Malformed(text: text, problem: "it must begin with tcp://, tls:// or unix://")
    }
  }

  private static let missingPort = "it must end in a port, as in tcp://127.0.0.1:8585"

  /// By bytes: Swift takes a colon or a slash and an accent behind it for one character.
  private static func hostAndPort(_ text: String, _ rest: Substring) throws(Malformed) -> (String, Int) {
    let bytes = rest.utf8
    guard let colon = bytes.lastIndex(of: UInt8(ascii: ":")) else { throw Malformed(text: text, problem: missingPort) }
    let digits = Substring(bytes[bytes.index(after: colon)...])
    guard let port = UInt16(digits) else {
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
      throw Malformed(text: text, problem: isNumber ? "a port is 1 to 65535, or 0 for a free one" : missingPort)
    }
    var host = bytes[..<colon]
    guard !host.contains(UInt8(ascii: ",")) else {
      throw Malformed(text: text, problem: "it is a list, and one address is expected")
    }
    let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
    if isBracketed { host = host.dropFirst().dropLast() }
    let signs = [UInt8(ascii: "["), UInt8(ascii: "]")] + (isBracketed ? [] : [UInt8(ascii: ":")])
    guard !host.contains(where: signs.contains) else {
      throw Malformed(text: text, problem: "an IPv6 address is written in brackets, as in tcp://[::1]:8585")
    }
    guard !host.isEmpty else {
      throw Malformed(text: text, problem: "the host is missing; 0.0.0.0 means all addresses")
    }
    return (String(Substring(host)), Int(clamping: port))
  }

  package var isTLS: Bool { if case .tls = self { true } else { false } }

  /// An address that cannot be understood.
  package struct Malformed: Error, CustomStringConvertible {
    let text: String
    let problem: String
    package var description: String { "'\(text)' is not an address: \(problem)" }
  }
}

extension Endpoint: CustomStringConvertible {
  package var description: String {
    switch self {
    case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
    case .tls(let host, let port): "tls://\(Self.bracketed(host)):\(port)"
    case .unix(let path): "unix://\(path)"
    }
  }

  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

extension String {
  fileprivate func rest(behind scheme: String) -> Substring? {
    utf8.starts(with: scheme.utf8) ? Substring(utf8.dropFirst(scheme.utf8.count)) : nil
  }
}
