// SPDX-License-Identifier: Apache-2.0

/// What one connection holds, as the server's ledger counts it.
struct SessionFlight: Sendable {
  /// What was reported to the ledger.
  private(set) var counted = 0
  /// Bytes that were written and that the socket had not taken when it was looked at.
  private(set) var unsent = 0
  private var writtenSinceLook = 0
  private var isWatched = false

  /// A connection that holds no more than this is served however much the others hold.
  static let small = 16 << 10
  /// What the socket has left over is looked at after so many bytes: to look after each answer would cost more than it
  /// tells.
  static let lookAfter = 16 << 10

  var isLarge: Bool { counted > Self.small }

  /// Takes what the connection holds besides what is unsent.
  ///
  /// - Returns: how much more that is than was reported to the ledger.
  mutating func settle(_ held: Int) -> Int {
    let now = held + unsent
    defer { counted = now }
    return now - counted
  }

  /// Notes a write.
  ///
  /// - Returns: whether it is time to look at what the socket has not taken.
  mutating func mustLook(afterWriting bytes: Int, isWritable: Bool) -> Bool {
    writtenSinceLook += bytes
    return !isWritable || isWatched || writtenSinceLook >= Self.lookAfter
  }

  /// Takes what a look has found.
  ///
  /// - Returns: whether the moment has to be watched for at which all of it has been taken.
  mutating func found(unsent bytes: Int) -> Bool {
    unsent = bytes
    writtenSinceLook = 0
    defer { if bytes > 0 { isWatched = true } }
    return bytes > 0 && !isWatched
  }

  /// The socket has taken all that was written by the time of the look, or the connection has ended.
  mutating func sent() {
    unsent = 0
    isWatched = false
    // What was written since may still be there.
    writtenSinceLook = Self.lookAfter
  }
}
