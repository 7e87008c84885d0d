// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Synchronization

/// The sessions that a client may resume, by the name that the server had to prove. The names come from the client's own
/// configuration, so there are few.
final class SessionCache: Sendable {
  private let sessions = Mutex<[String: [Session]]>([:])

  private static let maximumOfOneName = 4

  func put(_ session: Session, for name: String) {
    sessions.withLock {
      var kept = $0[name, default: []]
      if kept.count == Self.maximumOfOneName { kept.removeFirst() }
      kept.append(session)
      $0[name] = kept
    }
  }

  /// Removes the latest session with a server.
  func take(_ name: String) -> Session? { sessions.withLock { $0[name]?.popLast() } }
}

/// A reference to an `SSL_SESSION`.
///
/// `@unchecked Sendable`: only read here, and OpenSSL counts the references and locks what it changes.
final class Session: @unchecked Sendable {
  let pointer: OpaquePointer
  /// When the server last proved its identity in a full handshake, in seconds since 1970.
  let provenAt: Int64

  /// - Parameter pointer: an `SSL_SESSION` whose reference is handed over.
  init(_ pointer: OpaquePointer, provenAt: Int64) {
    self.pointer = pointer
    self.provenAt = provenAt
  }

  deinit { SSL_SESSION_free(pointer) }

  /// A session of TLS 1.3 is used once, because a second use would link two connections (RFC 8446, C.4). The server sends
  /// another.
  var isForOneUse: Bool { SSL_SESSION_get_protocol_version(pointer) >= TLS1_3_VERSION }
}
