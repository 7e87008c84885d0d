// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRWire

/// Why an address cannot be listened on.
package struct ListenError: Error, CustomStringConvertible {
  let address: Endpoint
  let reason: SocketError
  /// A socket of this process that stands in the way.
  private var rival: Endpoint?

  init(address: Endpoint, reason: SocketError) {
    self.address = address
    self.reason = reason
  }

  func because(of rival: Endpoint) -> ListenError {
    var error = self
    error.rival = rival
    return error
  }

  package var description: String { "cannot listen on \(address): \(explanation)" }

  private var explanation: String {
    if let rival { return "this server does, on \(rival), and lets go of it only when it is restarted" }
    return switch reason {
    case .unknownHost: "the host name has no address; check its spelling"
    case .pathTooLong: "the path is too long; the operating system takes about 100 bytes"
    case .otherFile: "a file that is not a socket is in its place; move it away, or choose another path"
    case .system(EADDRINUSE): "another program does; stop it, or choose another address"
    case .system(EADDRNOTAVAIL): "this machine has no such address"
    case .system(EACCES): "no permission; ports below 1024 and foreign folders need more rights"
    case .system(ENOENT): "the folder does not exist; create it first"
    case .system(let code): String(cString: strerror(code))
    }
  }
}

/// What an operating system has against an address.
package enum SocketError: Error, Hashable, Sendable {
  case unknownHost
  case pathTooLong
  /// What stands at the path is no socket.
  case otherFile
  /// Its own number for it.
  case system(CInt)
}
