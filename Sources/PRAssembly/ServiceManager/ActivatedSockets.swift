// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRServer
import PRWire

/// Sockets that a service manager has bound and holds: sd_listen_fds(3). While the server restarts, who connects waits
/// in their queue instead of being refused: BitBake's client tries four times within a millisecond.
struct ActivatedSockets: Sendable {
  private let sockets: [ListeningSocket]

  private static let first: CInt = 3
  /// A number beyond this is a mistake, and each would be looked at.
  private static let maximum: CInt = 1024

  /// - Parameter environment: `LISTEN_FDS`, how many there are, and `LISTEN_PID`, for whom.
  init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    guard environment["LISTEN_PID"] == "\(getpid())", let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }),
      count > 0
    else {
      sockets = []
      return
    }
    sockets = (0..<min(count, Self.maximum)).compactMap { index in
      let socket = Self.first + index
      _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
      return ListeningSocket(passed: socket)
    }
  }

  /// Where to listen when no address is given: each is a listener of plain TCP or of a UNIX socket. Empty where none was
  /// passed.
  var addresses: [Endpoint] { sockets.map(\.bound) }

  /// Gives each to the listener of its address.
  func assigned(to listeners: [Endpoint]) throws -> [Endpoint: ListeningSocket] {
    var assigned: [Endpoint: ListeningSocket] = [:]
    for socket in sockets {
      guard let listener = listeners.first(where: { $0.isSameSocket(as: socket.bound) }) else {
        throw UserFacingError(
          "a socket was passed for \(socket.bound), and no --listen names it: add it, or leave it out of the socket unit"
        )
      }
      assigned[listener] = socket
    }
    return assigned
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
