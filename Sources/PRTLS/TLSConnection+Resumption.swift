// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// Sessions are offered and accepted only where ``ResumptionRule`` allows it. Elsewhere a full handshake follows, in which
/// the peer shows its certificate again.
extension TLSConnection {
  // MARK: Client

  /// Offers the latest session with a server. One that the rule refuses is forgotten.
  func resume(_ name: String) {
    while let session = settings.sessions.take(name) {
      guard SSL_set_session(ssl, session.pointer) == 1 else { break }
      let rule = ResumptionRule(
        session.pointer, provenAt: session.provenAt, on: ssl, chain: SSL_get_peer_cert_chain(ssl))
      if case .resume = rule.verdict(at: openedAt) {
        if !session.isForOneUse { settings.sessions.put(session, for: name) }
        offered = session
        return
      }
    }
    SSL_set_session(ssl, nil)
  }

  /// OpenSSL's callback for a session that a server offers to resume.
  ///
  /// - Returns: 1: the reference is ours now.
  static func takeSession(_ ssl: OpaquePointer?, _ session: OpaquePointer?) -> Int32 {
    guard let session, let connection = of(ssl), let name = connection.expected else { return 0 }
    connection.settings.sessions.put(Session(session, provenAt: connection.provenAt), for: name)
    return 1
  }

  // MARK: Server

  /// OpenSSL's callback before it encrypts a ticket.
  ///
  /// - Returns: 1, or 0 to end the connection.
  static func writeTicket(_ ssl: OpaquePointer?) -> Int32 {
    guard let connection = of(ssl), let session = SSL_get_session(ssl) else { return 0 }
    return TicketNote(provenAt: connection.provenAt).write(to: session) ? 1 : 0
  }

  /// OpenSSL's callback after it has decrypted a ticket.
  ///
  /// - Parameter session: the ticket's content; nil where it cannot be decrypted.
  static func readTicket(
    _ ssl: OpaquePointer?, _ session: OpaquePointer?, _ status: SSL_TICKET_STATUS
  ) -> SSL_TICKET_RETURN {
    guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW, let ssl, let session,
      let connection = of(ssl)
    else { return SSL_TICKET_RETURN_IGNORE_RENEW }
    let note = TicketNote(of: session)
    // A ticket has the peer's own certificate only. Where authorities in between are missing, a full handshake follows.
    let rule = ResumptionRule(session, provenAt: note?.provenAt, on: ssl, chain: nil)
    guard case .resume = rule.verdict(at: connection.openedAt) else { return SSL_TICKET_RETURN_IGNORE_RENEW }
    connection.ticketProvenAt = note?.provenAt
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
  }

  /// When the peer proved its identity: in this connection's full handshake, or in the one that its session goes back to.
  private var provenAt: Int64 {
    guard SSL_session_reused(ssl) == 1 else { return openedAt }
    return offered?.provenAt ?? ticketProvenAt ?? openedAt
  }

  /// The object of an `SSL`. Callbacks only run inside of its calls.
  private static func of(_ ssl: OpaquePointer?) -> TLSConnection? {
    guard let ssl, let owner = SSL_get_ex_data(ssl, 0) else { return nil }
    return Unmanaged<TLSConnection>.fromOpaque(owner).takeUnretainedValue()
  }
}
