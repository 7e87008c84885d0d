// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Connections are taken by the kernel, and nobody ever looks at them.
final class SilentServer {
  let address: Address
  private let folder: TemporaryFolder
  private let socket: CInt

  init() throws {
    folder = try TemporaryFolder()
    address = .unix(path: folder.path("silent"))
    socket = Glibc.socket(address.family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let socket = socket
    guard address.withSocketAddress({ bind(socket, $0, $1) }) == 0, listen(socket, 8) == 0 else {
      throw Failure("cannot listen on \(address): \(String(cString: strerror(errno)))")
    }
  }

  deinit { close(socket) }
}
