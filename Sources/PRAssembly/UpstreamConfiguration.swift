// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Whom a node asks, as it was told.
public struct UpstreamConfiguration: Hashable, Sendable {
  /// In order of preference.
  public var servers: [Endpoint]
  public var deadline: Duration
  /// The name in their certificates, where it is not the address's host.
  public var tlsName: String?
  /// How often to copy what they know; nil: never.
  public var syncEvery: Duration?

  public init(
    servers: [Endpoint], deadline: Duration = .seconds(2), tlsName: String? = nil, syncEvery: Duration? = nil
  ) {
    self.syncEvery = syncEvery
    self.servers = servers
    self.deadline = deadline
    self.tlsName = tlsName
  }
}
