// SPDX-License-Identifier: Apache-2.0

/// Where a server is: `tcp://HOST:PORT`, `tcp://[v6]:PORT`, `tls://HOST:PORT` or `unix:///path`.
public enum Endpoint: Hashable, Sendable {
  case tcp(host: String, port: Int)
  case tls(host: String, port: Int)
  case unix(path: String)

  /// BitBake's own default port, on this machine only.
  public static let standard = Endpoint.tcp(host: "127.0.0.1", port: 8585)

  /// - Parameter text: with its scheme; a bare `HOST:PORT`, as BitBake writes it, is TCP.
  public init(_ text: String) throws(Malformed) {
    if text.hasPrefix("unix://") {
      let path = String(text.dropFirst("unix://".count))
      guard path.hasPrefix("/") else { throw Malformed(text: text, problem: "the path must begin with /") }
      self = .unix(path: path)
    } else if text.hasPrefix("tcp://") {
      let (host, port) = try Self.hostAndPort(text, text.dropFirst("tcp://".count))
      self = .tcp(host: host, port: port)
    } else if text.hasPrefix("tls://") {
      let (host, port) = try Self.hostAndPort(text, text.dropFirst("tls://".count))
      self = .tls(host: host, port: port)
    } else if !text.contains("://") {
      let (host, port) = try Self.hostAndPort(text, text[...])
      self = .tcp(host: host, port: port)
    } else {
      throw Malformed(text: text, problem: "it must begin with tcp://, tls:// or unix://")
    }
  }

  private static func hostAndPort(_ text: String, _ rest: Substring) throws(Malformed) -> (String, Int) {
    guard let colon = rest.lastIndex(of: ":"), let port = UInt16(rest[rest.index(after: colon)...]) else {
      throw Malformed(text: text, problem: "it must end in a port, as in tcp://127.0.0.1:8585")
    }
    var host = rest[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      throw Malformed(text: text, problem: "an IPv6 address stands in brackets, as in tcp://[::1]:8585")
    }
    guard !host.isEmpty else {
      throw Malformed(text: text, problem: "the host is missing; 0.0.0.0 means all addresses")
    }
    return (String(host), Int(clamping: port))
  }

  public var isTLS: Bool { if case .tls = self { true } else { false } }

  /// An address that cannot be understood.
  public struct Malformed: Error, CustomStringConvertible {
    let text: String
    let problem: String
    public var description: String { "'\(text)' is no address: \(problem)" }
  }
}

extension Endpoint: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
    case .tls(let host, let port): "tls://\(Self.bracketed(host)):\(port)"
    case .unix(let path): "unix://\(path)"
    }
  }

  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
