// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRServer
import PRWire

/// Sockets that a service manager has bound and holds: sd_listen_fds(3). While the server restarts, who connects waits
/// in their queue instead of being refused: BitBake's client tries four times within a millisecond.
public struct PassedSockets: Sendable {
  private let sockets: [(socket: CInt, address: Endpoint)]

  private static let first: CInt = 3

  /// - Parameter environment: `LISTEN_FDS`, how many there are, and `LISTEN_PID`, for whom.
  public init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }),
      count > 0
    else {
      sockets = []
      return
    }
    sockets = (0..<count).compactMap { index in
      let socket = Self.first + index
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      return Self.address(of: socket).map { (socket, $0) }
    }
  }

  public var isEmpty: Bool { sockets.isEmpty }

  /// Gives each passed socket to the listener of its address. Without any address asked for, each is one of plain TCP
  /// or of a UNIX socket.
  ///
  /// - Parameter isDefault: no address was asked for.
  func assign(to options: inout ServerOptions, isDefault: Bool) throws {
    if isDefault, !sockets.isEmpty { options.listen = sockets.map(\.address) }
    for (socket, address) in sockets {
      guard let listener = options.listen.first(where: { $0.isSameSocket(as: address) }) else {
        throw Problem(
          "a socket was passed for \(address), and no --listen names it: add it, or leave it out of the socket unit")
      }
      options.passed[listener] = socket
    }
  }

  private static func address(of socket: CInt) -> Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout.size(ofValue: storage))
    let isNamed = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) == 0 }
    }
    guard isNamed else { return nil }
    if storage.ss_family == sa_family_t(AF_UNIX) {
      return withUnsafeBytes(of: &storage) { bytes in
        let name = bytes.dropFirst(MemoryLayout<sa_family_t>.size).prefix { $0 != 0 }
        return .unix(path: String(decoding: name, as: UTF8.self))
      }
    }
    var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
    let code = withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        getnameinfo(
          address, length, &host, socklen_t(host.count), &port, socklen_t(port.count), NI_NUMERICHOST | NI_NUMERICSERV)
      }
    }
    guard code == 0, let number = Int(text(port)) else { return nil }
    return .tcp(host: text(host), port: number)
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension Endpoint {
  /// TLS or plain is a matter of who speaks over it.
  fileprivate func isSameSocket(as passed: Endpoint) -> Bool {
    switch (self, passed) {
    case (.unix(let path), .unix(let other)): path == other
    case (.tcp(let host, let port), .tcp(let other, let number)),
      (.tls(let host, let port), .tcp(let other, let number)):
      port == number && (host == other || (host == "0.0.0.0" && other == "::") || host == "localhost")
    default: false
    }
  }
}
