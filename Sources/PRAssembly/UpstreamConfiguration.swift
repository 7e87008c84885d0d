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

  /// - Returns: nil for a node without an upstream.
  init?(_ options: OptionValues) {
    guard !options.upstream.isEmpty else { return nil }
    servers = options.upstream
    deadline = options.upstreamDeadline.duration
    tlsName = options.tlsName
    syncEvery = options.syncTime
  }
}
