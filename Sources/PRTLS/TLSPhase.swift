// SPDX-License-Identifier: Apache-2.0

/// How far a connection has come. It only goes forward.
enum TLSPhase {
  /// Nothing was sent or received: → `handshaking`, `over`.
  case idle
  /// Keys are being agreed on: → `open`, `over`.
  case handshaking
  /// Both may send: → `peerFinished`, `finished`, `over`.
  case open
  /// The peer's close_notify came, and we may still send: → `over`.
  case peerFinished
  /// Our close_notify went, and the peer may still send: → `over`.
  case finished
  /// Nothing is sent or received any more.
  case over

  var takesBytes: Bool {
    switch self {
    case .handshaking, .open, .finished: true
    case .idle, .peerFinished, .over: false
    }
  }

  var maySend: Bool {
    switch self {
    case .open, .peerFinished: true
    case .idle, .handshaking, .finished, .over: false
    }
  }

  /// Writes are kept: their time will come.
  var isBeforeOpen: Bool {
    switch self {
    case .idle, .handshaking: true
    case .open, .peerFinished, .finished, .over: false
    }
  }

  mutating func begin() {
    if self == .idle { self = .handshaking }
  }

  mutating func handshakeDone() {
    if self == .handshaking { self = .open }
  }

  /// The peer's close_notify came.
  mutating func peerDidFinish() { self = self == .open ? .peerFinished : .over }

  /// Our close_notify went.
  mutating func didFinish() { self = self == .open ? .finished : .over }

  mutating func end() { self = .over }

  /// What it means when the transport gives no more bytes now; nil if that is in order.
  var errorAtEndOfTransport: TLSError? {
    switch self {
    case .handshaking: .endedInHandshake
    case .open, .finished: .truncated
    case .idle, .peerFinished, .over: nil
    }
  }
}
