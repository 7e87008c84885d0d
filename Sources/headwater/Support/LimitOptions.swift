// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRServer
import PRTopology

/// What a server puts up with.
struct LimitOptions: ParsableArguments {
  @Option(help: "The most connections; further ones wait until one ends.")
  var maxConnections = 16_384

  @Option(help: "The most connections from one address, such as that of a build farm; further ones are closed.")
  var maxConnectionsPerAddress = 8192

  @Option(help: "The most open requests of a connection.")
  var maxInFlight = 256

  @Option(help: "Bytes of requests and answers held for all connections together; above it no large answer is begun.")
  var maxBytesInFlight = 256 << 20

  @Option(help: "The longest line, in bytes.")
  var maxLine = 64 << 10

  @Option(help: "The longest message in a chunk stream, in bytes.")
  var maxMessage = 128 << 10

  @Option(help: "The deepest nesting of JSON.")
  var maxDepth = 16

  @Option(help: "The most header lines of a handshake.")
  var maxHeaders = 32

  @Option(help: "The longest handshake, in bytes.")
  var maxHeaderBytes = 8 << 10

  @Option(help: "The time limit for a handshake. Default: 10s.", transform: TimeSpan.parse)
  var handshakeTimeout = TimeSpan(seconds: 10)

  @Option(help: "The time limit for a chunk stream. Default: 10s.", transform: TimeSpan.parse)
  var messageTimeout = TimeSpan(seconds: 10)

  @Option(
    help: "Close a connection without requests after this time. Default: never.", transform: TimeSpan.parse)
  var idleTimeout: TimeSpan?

  @Option(
    help: "Close a connection that reads none of its replies for this time. Default: 60s.", transform: TimeSpan.parse)
  var writeTimeout = TimeSpan(seconds: 60)

  @Option(help: "The time limit for open requests when the server ends. Default: 10s.", transform: TimeSpan.parse)
  var drainTimeout = TimeSpan(seconds: 10)

  @Option(
    help: "How long an allocation waits while another process locks the database: 25s at most. Default: 20s.",
    transform: TimeSpan.parse)
  var lockTimeout = TimeSpan(seconds: 20)

  @Option(help: "Threads that serve connections.")
  var eventLoops = 1

  func validate() throws {
    let counts = [
      ("max-connections", maxConnections), ("max-connections-per-address", maxConnectionsPerAddress),
      ("max-in-flight", maxInFlight), ("max-line", maxLine),
      ("max-message", maxMessage), ("max-bytes-in-flight", maxBytesInFlight), ("max-depth", maxDepth),
      ("max-headers", maxHeaders),
      ("max-header-bytes", maxHeaderBytes),
    ]
    for (name, count) in counts where count < 1 { throw ValidationError("--\(name) is at least 1") }
    guard maxDepth <= 512 else { throw ValidationError("--max-depth is at most 512") }
    guard Bounds.lockTimeout.range.contains(lockTimeout.duration) else {
      throw ValidationError("--lock-timeout is \(Bounds.lockTimeout.text)")
    }
    guard Bounds.eventLoops.contains(eventLoops) else {
      throw ValidationError("--event-loops is \(Bounds.eventLoops.lowerBound) to \(Bounds.eventLoops.upperBound)")
    }
  }

  var server: ServerOptions {
    var options = ServerOptions(version: headwaterVersion)
    options.connections = maxConnections
    options.connectionsPerAddress = maxConnectionsPerAddress
    options.inFlight = maxInFlight
    options.bytesInFlight = maxBytesInFlight
    options.wire.line = maxLine
    options.wire.message = maxMessage
    options.wire.depth = maxDepth
    options.wire.headers = maxHeaders
    options.wire.headerBytes = maxHeaderBytes
    options.handshakeTimeout = handshakeTimeout.duration
    options.messageTimeout = messageTimeout.duration
    options.idleTimeout = idleTimeout?.duration
    options.writeTimeout = writeTimeout.duration
    options.drainTimeout = drainTimeout.duration
    options.eventLoops = eventLoops
    return options
  }
}
