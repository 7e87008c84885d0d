// SPDX-License-Identifier: Apache-2.0

/// How far the connection of a session has come. Each phase may become ``closing`` and ``closed``.
enum SessionPhase: Hashable, Sendable {
  /// Lines belong to the handshake. → `greeted`, `rejecting`, `finishing`
  case handshaking
  /// The handshake is done, and no message has come. → `serving`, `finishing`
  case greeted
  /// Lines are messages. → `finishing`
  case serving
  /// A client of HTTP has its answer, and some time to read it. What it sends is dropped. → `finishing`
  case rejecting
  /// No line is taken up any more. What is in flight is answered. → `closing`
  case finishing
  /// Nothing more is written. The connection ends when all that was written has left. → `closed`
  case closing
  /// The connection has ended.
  case closed

  @inline(__always)
  var takesLines: Bool {
    switch self {
    case .handshaking, .greeted, .serving: true
    case .rejecting, .finishing, .closing, .closed: false
    }
  }

  /// Nothing is written any more.
  var isEnding: Bool { self == .closing || self == .closed }
}
