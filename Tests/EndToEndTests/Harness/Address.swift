// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Where a server is, as the kernel wants to know it.
enum Address: Hashable, CustomStringConvertible {
  case v4(host: String, port: UInt16)
  case v6(port: UInt16)
  case unix(path: String)

  /// Reads what stands behind `listening on `.
  init(_ text: String) throws {
    let loopback = "tcp://[::1]:"
    if text.hasPrefix("tls://") {
      // Where it is, is all that counts here: what is spoken there is the tests' affair.
      try self.init("tcp://" + text.dropFirst("tls://".count))
    } else if text.hasPrefix("unix://") {
      self = .unix(path: String(text.dropFirst("unix://".count)))
    } else if text.hasPrefix(loopback), let port = UInt16(text.dropFirst(loopback.count)) {
      self = .v6(port: port)
    } else if text.hasPrefix("tcp://"), let colon = text.lastIndex(of: ":"),
      let port = UInt16(text[text.index(after: colon)...])
    {
      self = .v4(host: String(text[..<colon].dropFirst("tcp://".count)), port: port)
    } else {
      throw Failure("'\(text)' is no address that a test can connect to")
    }
  }

  var description: String {
    switch self {
    case .v4(let host, let port): "tcp://\(host):\(port)"
    case .v6(let port): "tcp://[::1]:\(port)"
    case .unix(let path): "unix://\(path)"
    }
  }

  var port: UInt16? {
    switch self {
    case .v4(_, let port), .v6(let port): port
    case .unix: nil
    }
  }

  var family: CInt {
    switch self {
    case .v4: AF_INET
    case .v6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Calls `body` with the socket address.
  func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    switch self {
    case .v4(let host, let port):
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, host, &address.sin_addr)
      return Self.pass(&address, body)
    case .v6(let port):
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      inet_pton(AF_INET6, "::1", &address.sin6_addr)
      return Self.pass(&address, body)
    case .unix(let path):
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
      return Self.pass(&address, body)
    }
  }

  private static func pass<Kind, Result>(
    _ address: inout Kind, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<Kind>.size)) }
    }
  }

  /// A port of a host that nobody listens on at this moment.
  static func freePort(host: String = "127.0.0.1") throws -> UInt16 {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    defer { close(socket) }
    let bound = Address.v4(host: host, port: 0).withSocketAddress { bind(socket, $0, $1) }
    guard bound == 0, let port = port(of: socket) else {
      throw Failure("no free port: \(String(cString: strerror(errno)))")
    }
    return port
  }

  /// The port that an IPv4 socket is bound to.
  static func port(of socket: CInt) -> UInt16? {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let named = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return named == 0 ? UInt16(bigEndian: address.sin_port) : nil
  }

  /// Whether the machine has IPv6.
  static var hasV6: Bool {
    let socket = Glibc.socket(AF_INET6, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    return Address.v6(port: 0).withSocketAddress { bind(socket, $0, $1) } == 0
  }
}
