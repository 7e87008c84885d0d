// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRAssembly

/// A host as it was given, and as the address that names the pid file.
struct HostAddress {
  let given: String
  /// `127.0.0.1` for `localhost`.
  let ip: String

  init(_ host: String) throws {
    given = host
    // BitBake resolves to IPv4, and its pid files are named so.
    if host == "localhost" {
      ip = "127.0.0.1"
    } else if let ip = try? SocketAddress.makeAddressResolvingHost(host, port: 0).ipAddress {
      self.ip = ip
    } else {
      throw Problem("the host \(host) has no address; check --host")
    }
  }
}
