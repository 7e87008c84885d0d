// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRServer

/// A host as it was given, and as the address that names the pid file.
struct HostAddress {
  let given: String
  /// `127.0.0.1` for `localhost`.
  let ip: String

  init(_ host: String) throws {
    given = host
    // BitBake resolves to IPv4, and its pid files are named so: what has an IPv6 address only is ours to serve.
    let all = (try? SocketName.hosts(of: host)) ?? []
    guard let ip = host == "localhost" ? "127.0.0.1" : all.first(where: { !$0.contains(":") }) ?? all.first else {
      throw UserFacingError("the host \(host) has no address; check --host")
    }
    self.ip = ip
  }
}
