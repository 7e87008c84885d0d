// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Synchronization

/// The sessions that a client may resume, by the name that the server had to prove. The names come from the client's own
/// configuration, so there are few.
final class SessionShelf: Sendable {
  private let sessions = Mutex<[String: [Session]]>([:])

  private static let mostOfOneName = 4

  /// - Parameter pointer: an `SSL_SESSION` whose reference is handed over.
  func put(_ pointer: OpaquePointer, for name: String) {
    let session = Session(pointer)
    sessions.withLock {
      var kept = $0[name, default: []]
      if kept.count == Self.mostOfOneName { kept.removeFirst() }
      kept.append(session)
      $0[name] = kept
    }
  }

  /// The latest session with a server. One of TLS 1.3 is used once (RFC 8446, C.4), so that nobody can link connections;
  /// the server sends another.
  func take(_ name: String) -> Session? {
    sessions.withLock {
      guard var kept = $0[name], let session = kept.popLast() else { return nil }
      if !session.isForOneUse { kept.append(session) }
      $0[name] = kept
      return session
    }
  }
}

/// A reference to an `SSL_SESSION`.
///
/// `@unchecked Sendable`: only read here, and OpenSSL counts the references and locks what it changes.
final class Session: @unchecked Sendable {
  let pointer: OpaquePointer

  fileprivate init(_ pointer: OpaquePointer) { self.pointer = pointer }

  deinit { SSL_SESSION_free(pointer) }

  fileprivate var isForOneUse: Bool { SSL_SESSION_get_protocol_version(pointer) >= TLS1_3_VERSION }
}
