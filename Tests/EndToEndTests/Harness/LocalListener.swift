// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A listener of this process on a free port, with a thread for each connection.
final class LocalListener: Sendable {
  let address: Address
  private let socket: CInt

  /// - Parameter serve: called with each connection on a thread of its own; closes it.
  init(serve: @escaping @Sendable (CInt) -> Void) throws {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let bound = Address.v4(host: "127.0.0.1", port: 0).withSocketAddress { bind(socket, $0, $1) }
    guard bound == 0, listen(socket, 512) == 0, let port = Address.port(of: socket) else {
      throw Failure("cannot listen: \(String(cString: strerror(errno)))")
    }
    self.socket = socket
    address = .v4(host: "127.0.0.1", port: port)
    Thread.detachNewThread {
      while true {
        var knock = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard poll(&knock, 1, -1) > 0 || errno == EINTR else { break }
        let connection = ChildProcess.whileNoneStarts {
          let connection = accept(socket, nil, nil)
          if connection >= 0 { _ = fcntl(connection, F_SETFD, FD_CLOEXEC) }
          return connection
        }
        if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
        guard connection >= 0 else { break }
        var on: CInt = 1
        setsockopt(connection, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
        Thread.detachNewThread { serve(connection) }
      }
      close(socket)
    }
  }

  /// Ends the thread that accepts, which closes the socket.
  deinit { shutdown(socket, CInt(SHUT_RDWR)) }
}
