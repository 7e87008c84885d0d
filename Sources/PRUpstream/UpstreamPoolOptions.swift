// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What the pool of one upstream goes by.
struct UpstreamPoolOptions: Sendable {
  let server: Endpoint
  /// The longest time of a request, of a probe's reply and of a ping's reply.
  let deadline: Duration
  /// The store of the node that asks; an upstream that has the same is not asked.
  let ownStore: String?
  /// How many connections serve at most; at least 1.
  let connections: Int
  /// The time between two pings of a connection.
  let keepAlive: Duration

  init(_ options: UpstreamOptions, server: Endpoint) {
    self.server = server
    deadline = options.deadline
    ownStore = options.ownStore
    connections = max(options.connections, 1)
    keepAlive = options.keepAlive
  }

  /// How long requests wait at most while no connection is left and the server is in doubt.
  var maximumDoubt: Duration { max(deadline / 4, min(deadline, .milliseconds(250))) }
}
