// SPDX-License-Identifier: Apache-2.0

/// How much a session holds, and how long it waits.
struct SessionLimits: Hashable, Sendable {
  /// Requests without an answer; with so many no line is taken up.
  var inFlight = 256
  /// Bytes of requests without an answer and of replies that have not left; with so many no line is taken up.
  var bytes = 256 << 10
  /// From the connection to the end of the handshake.
  var handshake = Duration.seconds(10)
  /// From the beginning of a chunk stream to its end.
  var message = Duration.seconds(10)
  /// From the last read to the end of a connection without a request in flight; nil for no such end.
  var idle: Duration?
  /// How long the socket may take no byte.
  var write = Duration.seconds(60)

  /// How long a server that stops waits for the first request of a client that has just connected.
  static let firstRequest = Duration.milliseconds(250)
  /// How long a client of HTTP may take to read its answer.
  static let rejection = Duration.seconds(2)
  /// How long a `changes` is held back at most, in seconds.
  static let longestPoll = 600
  /// How many rows one answer to a `changes` has at most.
  static let pollRows = 1024
}
