// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

/// The facts about a session that ``ResumptionRule`` decides by.
extension ResumptionRule {
  /// - Parameters:
  ///   - session: an `SSL_SESSION`.
  ///   - ssl: the connection that may resume it, whose rules and authorities count.
  ///   - chain: the certificates that the peer sent with its own; tickets do not contain them.
  init(_ session: OpaquePointer, provenAt: Int64?, on ssl: OpaquePointer, chain: OpaquePointer?) {
    let certificate = SSL_SESSION_get0_peer(session)
    self.init(
      provenAt: provenAt, dates: certificate.flatMap(ValidityPeriod.init),
      isTrusted: certificate.map { Self.isTrusted($0, chain, on: ssl) } ?? true)
  }

  /// Verifies a certificate as OpenSSL does in a full handshake (`ssl_verify_cert_chain`).
  private static func isTrusted(_ certificate: OpaquePointer, _ chain: OpaquePointer?, on ssl: OpaquePointer) -> Bool {
    guard let context = X509_STORE_CTX_new() else { return false }
    defer {
      X509_STORE_CTX_free(context)
      ErrorQueue.clear()
    }
    let authorities = SSL_CTX_get_cert_store(SSL_get_SSL_CTX(ssl))
    guard X509_STORE_CTX_init(context, authorities, certificate, chain) == 1,
      X509_STORE_CTX_set_default(context, SSL_is_server(ssl) == 1 ? "ssl_client" : "ssl_server") == 1
    else { return false }
    let rules = X509_STORE_CTX_get0_param(context)
    X509_VERIFY_PARAM_set_auth_level(rules, SSL_get_security_level(ssl))
    guard X509_VERIFY_PARAM_set1(rules, SSL_get0_param(ssl)) == 1 else { return false }
    return X509_verify_cert(context) == 1
  }
}

/// What a server writes into its tickets: when the client last proved its identity, as eight bytes, the highest first.
/// OpenSSL encrypts and authenticates it with the rest of the ticket.
struct TicketNote: Hashable {
  let provenAt: Int64

  init(provenAt: Int64) { self.provenAt = provenAt }

  /// Nil where the bytes are no note.
  init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == MemoryLayout<Int64>.size else { return nil }
    provenAt = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
  }

  /// Reads the note of a session that came from a ticket.
  init?(of session: OpaquePointer) {
    var start: UnsafeMutableRawPointer?
    var count = 0
    guard SSL_SESSION_get0_ticket_appdata(session, &start, &count) == 1 else { return nil }
    self.init(bytes: UnsafeRawBufferPointer(start: start, count: count))
  }

  /// - Returns: false where memory is short.
  func write(to session: OpaquePointer) -> Bool {
    withUnsafeBytes(of: provenAt.bigEndian) {
      SSL_SESSION_set1_ticket_appdata(session, $0.baseAddress, $0.count) == 1
    }
  }
}
