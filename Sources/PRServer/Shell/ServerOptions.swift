// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Whom a server lets do what, and what it puts up with.
package struct ServerOptions: Hashable, Sendable {
  package var access = AccessRules()
  package var wire = WireLimits()
  /// Connections beyond this wait in the operating system's queue until one ends.
  package var connections = 16_384
  /// Connections that one address may have; further ones are closed at once. A build farm behind one address has to fit.
  package var connectionsPerAddress = 8192
  /// Requests that a connection may have open; a peer with more is not read until some are answered.
  package var inFlight = 256
  /// Bytes of requests and answers that are held for all connections together. Above it no large answer is begun.
  package var bytesInFlight = 256 << 20
  /// From the connection to the end of its handshake.
  package var handshakeTimeout = Duration.seconds(10)
  /// From the beginning of a chunk stream to its end.
  package var messageTimeout = Duration.seconds(10)
  /// A connection on which nothing is asked for this long is closed. Nil: never, as BitBake's clients want it.
  package var idleTimeout: Duration?
  /// A peer that takes none of its replies for this long is gone.
  package var writeTimeout = Duration.seconds(60)
  /// How long what is in flight may take once the server is stopped.
  package var drainTimeout = Duration.seconds(10)
  /// Threads that serve connections.
  package var eventLoops = 1
  /// The version that goes out.
  package var version: String

  package init(version: String) { self.version = version }
}
