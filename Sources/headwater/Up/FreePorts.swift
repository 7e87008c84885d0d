// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// Ports of loopback that nobody listens on, another one each time.
struct FreePorts {
  /// Nil: the operating system chooses.
  private var next: Int?
  /// They stay bound until all are chosen, so that none is chosen twice.
  private var sockets: [CInt] = []

  init(from first: Int?) { next = first }

  mutating func take() throws -> Int {
    guard let first = next else {
      guard let port = bind(0) else { throw Problem("no free port on 127.0.0.1: \(String(cString: strerror(errno)))") }
      return port
    }
    for candidate in first..<1 << 16 {
      guard let port = bind(UInt16(candidate)) else { continue }
      next = candidate + 1
      return port
    }
    throw Problem("there are not enough free ports above --first-port; choose a lower one")
  }

  /// Gives them to whoever shall listen there.
  mutating func release() {
    for socket in sockets { close(socket) }
    sockets = []
  }

  private mutating func bind(_ port: UInt16) -> Int? {
    let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { return nil }
    // As the servers do it: a port that was closed a moment ago is free.
    var yes: CInt = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(socket, $0, length) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else {
      close(socket)
      return nil
    }
    sockets.append(socket)
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
