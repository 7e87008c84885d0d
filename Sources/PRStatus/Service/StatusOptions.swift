// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Where a node shows how it fares, and to whom.
package struct StatusOptions: Hashable, Sendable {
  package var host: String
  /// 0 takes a free one.
  package var port: Int
  /// Nil: everybody may look.
  package var token: StatusToken?
  /// Connections beyond this wait until one ends.
  package var connections = 64
  /// So many may keep the page open; there is always room for single requests.
  package var viewers = 24

  package init(host: String, port: Int, token: StatusToken? = nil) {
    self.host = host
    self.port = port
    self.token = token
  }

  /// Where it is to be found.
  ///
  /// - Parameter port: the one that it got.
  package func address(port: Int) -> StatusAddress { StatusAddress(host: host, port: port) }

  /// Only this machine's own programs reach it.
  package var isLoopback: Bool { LoopbackHost.contains(host) }
}

/// Where a status page is.
package struct StatusAddress: Hashable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: Int
  package var description: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
