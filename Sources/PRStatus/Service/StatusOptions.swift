// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Where a node shows how it fares, and to whom.
public struct StatusOptions: Hashable, Sendable {
  public var host: String
  /// 0 takes a free one.
  public var port: Int
  /// Nil: everybody may look.
  public var token: StatusToken?
  /// Connections beyond this wait until one ends.
  public var connections = 64
  /// So many may keep the page open; there is always room for single requests.
  public var viewers = 24

  public init(host: String, port: Int, token: StatusToken? = nil) {
    self.host = host
    self.port = port
    self.token = token
  }

  /// Where it is to be found.
  ///
  /// - Parameter port: the one that it got.
  public func address(port: Int) -> StatusAddress { StatusAddress(host: host, port: port) }

  /// Only this machine's own programs reach it.
  public var isLoopback: Bool { LoopbackHost.contains(host) }
}

/// Where a status page is.
public struct StatusAddress: Hashable, Sendable, CustomStringConvertible {
  public let host: String
  public let port: Int
  public var description: String { "http://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
