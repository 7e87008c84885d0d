// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The rights of clients, and bounds on what they can use of the server.
package struct ServerOptions: Hashable, Sendable {
  package var access = AccessRules()
  package var wire: WireLimits
  /// Connections beyond this wait in the operating system's queue until one ends.
  package var connections: Int
  /// Connections that one address may have; further ones are closed at once. A build farm behind one address has to fit.
  package var connectionsPerAddress: Int
  /// Requests that a connection may have open; a peer with more is not read until some are answered.
  package var inFlight: Int
  /// Bytes of requests and answers that are held for all connections together. Above it no large answer is begun.
  package var bytesInFlight: Int
  /// From the connection to the end of its handshake.
  package var handshakeTimeout: Duration
  /// From the beginning of a chunk stream to its end.
  package var messageTimeout: Duration
  /// A connection on which nothing is asked for this long is closed. Nil: never, as BitBake's clients want it.
  package var idleTimeout: Duration?
  /// A peer that takes none of its replies for this long is gone.
  package var writeTimeout: Duration
  /// How long what is in flight may take once the server is stopped.
  package var drainTimeout: Duration
  /// Threads that serve connections.
  package var eventLoops: Int
  /// The version that goes out.
  package var version: String
  /// Features that are not announced, as a version without them does; for tests and simulations.
  package var withheld: Set<Feature> = []

  /// The options that the fields above come from, for what is read once and has no field.
  package let options: OptionValues

  package init(version: String, _ options: OptionValues = OptionValues()) {
    self.version = version
    self.options = options
    wire = WireLimits(
      line: options.maxLine, message: options.maxMessage, depth: options.maxDepth, headers: options.maxHeaders,
      headerBytes: options.maxHeaderBytes)
    connections = options.maxConnections
    connectionsPerAddress = options.maxConnectionsPerAddress
    inFlight = options.maxInFlight
    bytesInFlight = options.maxBytesInFlight
    handshakeTimeout = options.handshakeTimeout.duration
    messageTimeout = options.messageTimeout.duration
    idleTimeout = options.idleTimeout?.duration
    writeTimeout = options.writeTimeout.duration
    drainTimeout = options.drainTimeout.duration
    eventLoops = options.eventLoops
  }
}

extension SessionLimits {
  init(_ options: ServerOptions) {
    self.init(
      inFlight: options.inFlight, handshake: options.handshakeTimeout, message: options.messageTimeout,
      idle: options.idleTimeout, write: options.writeTimeout)
  }
}
