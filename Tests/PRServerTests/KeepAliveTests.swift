// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRServer
import PRWire
import Testing

@Suite("Connections that nobody ends")
struct KeepAliveTests {
  private func option(_ level: CInt, _ name: CInt, of socket: CInt) -> CInt {
    var (value, size): (CInt, socklen_t) = (-1, socklen_t(MemoryLayout<CInt>.size))
    getsockopt(socket, level, name, &value, &size)
    return value
  }

  @Test("are probed by the operating system, as those of BitBake's server are")
  func accepted() throws {
    let listening = try ListeningSocket.listen(on: .tcp(host: "127.0.0.1", port: 0))
    let (listener, client) = (try listening.descriptorToOwn(), socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0))
    defer {
      close(client)
      close(listener)
      listening.release()
    }
    guard case .tcp(_, let port) = listening.bound else { throw SocketError.unknownHost }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
    let outcome = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    #expect(outcome == 0)
    let accepted = accept(listener, nil, nil)
    defer { close(accepted) }
    let tcp = CInt(IPPROTO_TCP)
    #expect(option(SOL_SOCKET, SO_KEEPALIVE, of: accepted) == 1)
    #expect(option(tcp, TCP_KEEPIDLE, of: accepted) == 30 && option(tcp, TCP_KEEPINTVL, of: accepted) == 15)
    #expect(option(tcp, TCP_KEEPCNT, of: accepted) == 4)
  }
}
