// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The upstreams of a node, as configured.
package struct UpstreamConfiguration: Hashable, Sendable {
  /// In order of preference.
  package var servers: [Endpoint]
  package var deadline: Duration
  /// The name in their certificates, where it is not the address's host.
  package var tlsName: String?
  /// How often to copy their rows; nil: never.
  package var syncEvery: Duration?

  package init(
    servers: [Endpoint], deadline: Duration = .seconds(2), tlsName: String? = nil, syncEvery: Duration? = nil
  ) {
    self.syncEvery = syncEvery
    self.servers = servers
    self.deadline = deadline
    self.tlsName = tlsName
  }
}
