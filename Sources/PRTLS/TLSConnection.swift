// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import NIOCore
import PRCertificates
import PRFederation

/// An SSL object between two memory BIOs, and how far it has come. Bytes in, bytes out; no channel.
///
/// Not `Sendable`: belongs to one handler.
final class TLSConnection {
  private(set) var phase = TLSPhase.idle
  let settings: TLSContextHandle
  let ssl: OpaquePointer
  /// Both belong to `ssl`.
  private let incoming, outgoing: OpaquePointer
  /// What a client looks for in the server's certificate; nil for a server.
  let expected: String?
  /// The members that a client takes for the server; nil for any server with the name that it looks for.
  private let acceptedMembers: Set<MemberURI>?
  /// The time by which this connection's certificates count, in seconds since 1970.
  let openedAt: Int64
  /// The session that a client asks to resume.
  var offered: Session?
  /// When the client that a server's connection resumes last proved its identity, in seconds since 1970.
  var ticketProvenAt: Int64?

  /// How a DNS name is looked for in a certificate.
  static let hostRules = UInt32(
    truncatingIfNeeded: X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)

  /// What goes through OpenSSL at once: its BIOs grow to what they hold, and never shrink.
  private static let pieceOfInput = 1 << 15
  private static let pieceOfOutput = 1 << 14
  /// What a record adds to its content, at most.
  private static let recordOverhead = 64

  /// - Parameters:
  ///   - expected: the DNS name or IP address that a server's certificate must be for; nil to be the server.
  ///   - acceptedMembers: one of which a server's certificate must also name; nil where it need not.
  init(
    _ settings: TLSContextHandle, expecting expected: String?, acceptedMembers: Set<MemberURI>? = nil
  ) throws(TLSError) {
    ErrorQueue.clear()
    guard let ssl = SSL_new(settings.pointer) else { throw .openSSL(reason: ErrorQueue.drain().text) }
    guard let incoming = headwater_tls_new_bio(), let outgoing = headwater_tls_new_bio() else {
      SSL_free(ssl)
      throw .openSSL(reason: "out of memory")
    }
    SSL_set_bio(ssl, incoming, outgoing)
    self.settings = settings
    self.ssl = ssl
    self.incoming = incoming
    self.outgoing = outgoing
    self.expected = expected
    self.acceptedMembers = acceptedMembers
    openedAt = settings.clock.now()
    X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), time_t(clamping: openedAt))
    // For callbacks, which only ever run inside of this object's calls.
    SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(self).toOpaque())
    if let expected { try becomeClient(of: expected) } else { SSL_set_accept_state(ssl) }
  }

  deinit {
    // A line that was cut says nothing against the session: without this, OpenSSL makes it unfit to be resumed.
    SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
    SSL_free(ssl)
  }

  private func becomeClient(of name: String) throws(TLSError) {
    SSL_set_connect_state(ssl)
    // OpenSSL would check nothing for an empty name, and any name below one that begins with a dot.
    guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(0) else { throw .badName }
    let rules = SSL_get0_param(ssl)
    ErrorQueue.clear()
    if X509_VERIFY_PARAM_set1_ip_asc(rules, name) != 1 {
      ErrorQueue.clear()
      X509_VERIFY_PARAM_set_hostflags(rules, Self.hostRules)
      guard X509_VERIFY_PARAM_set1_host(rules, name, name.utf8.count) == 1,
        headwater_tls_set_server_name(ssl, name) == 1
      else {
        ErrorQueue.clear()
        throw .badName
      }
    }
    if !settings.isLooking { resume(name) }
  }

  // MARK: Handshake

  /// Begins the handshake. A client has something to send then.
  func begin() throws(TLSError) {
    phase.begin()
    _ = try shakeHands()
  }

  private func shakeHands() throws(TLSError) -> TLSHandshakeDone? {
    ErrorQueue.clear()
    let result = SSL_do_handshake(ssl)
    if result == 1 {
      let done = TLSHandshakeDone(ssl, isLooking: settings.isLooking)
      try check(done)
      phase.handshakeDone()
      if settings.isLooking {
        finish()
        end()
      }
      return done
    }
    switch SSL_get_error(ssl, result) {
    case SSL_ERROR_WANT_READ: return nil
    case SSL_ERROR_ZERO_RETURN: throw .endedInHandshake
    default: throw failure()
    }
  }

  /// Whether a client takes this server, besides its name. A resumed session is checked like a full handshake: other
  /// members may have been accepted when it was made.
  private func check(_ done: TLSHandshakeDone) throws(TLSError) {
    guard let acceptedMembers else { return }
    if let found = done.member?.identity, acceptedMembers.contains(found) { return }
    // The client's last messages are not sent: they complete the server's handshake, and show this side's certificate.
    BIO_ctrl(outgoing, BIO_CTRL_RESET, 0, nil)
    throw .otherMember(expected: acceptedMembers, found: done.member?.identity)
  }

  // MARK: Bytes

  /// What came of bytes from the peer, besides plain text.
  struct Received {
    var handshake: TLSHandshakeDone?
    /// The peer's close_notify came just now, or what was looked for has been seen.
    var isFinished = false
    var error: TLSError?
  }

  /// Takes bytes from the peer.
  ///
  /// - Parameter plaintext: gets what they mean; its room should be the bytes' number.
  func receive(_ bytes: ByteBuffer, into plaintext: inout ByteBuffer) -> Received {
    var received = Received()
    var bytes = bytes
    do throws(TLSError) {
      while bytes.readableBytes > 0, phase.takesBytes {
        try feed(&bytes)
        if phase == .handshaking { received.handshake = try shakeHands() }
        switch phase {
        case .handshaking: break
        case .over: received.isFinished = true
        case .idle, .open, .peerFinished, .finished: received.isFinished = try decrypt(into: &plaintext)
        }
      }
    } catch {
      phase.end()
      received.error = error
    }
    return received
  }

  private func feed(_ bytes: inout ByteBuffer) throws(TLSError) {
    guard let piece = bytes.readSlice(length: min(bytes.readableBytes, Self.pieceOfInput)) else { return }
    let taken = piece.withUnsafeReadableBytes { BIO_write(incoming, $0.baseAddress, Int32(clamping: $0.count)) }
    guard taken == piece.readableBytes else { throw .openSSL(reason: "out of memory") }
  }

  /// - Returns: whether the peer's close_notify came.
  private func decrypt(into plaintext: inout ByteBuffer) throws(TLSError) -> Bool {
    while BIO_ctrl_pending(incoming) > 0 || SSL_pending(ssl) > 0 {
      ErrorQueue.clear()
      var result: Int32 = 0
      plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { room in
        result = SSL_read(ssl, room.baseAddress, Int32(clamping: room.count))
        return max(0, Int(clamping: result))
      }
      guard result <= 0 else { continue }
      switch SSL_get_error(ssl, result) {
      case SSL_ERROR_WANT_READ: return false
      case SSL_ERROR_ZERO_RETURN:
        phase.peerDidFinish()
        return true
      default: throw failure()
      }
    }
    return false
  }

  /// Turns plain text into bytes for the peer. To be called in a phase that may send.
  func send(_ plaintext: ByteBuffer, into bytes: inout ByteBuffer) throws(TLSError) {
    var plaintext = plaintext
    while let piece = plaintext.readSlice(length: min(plaintext.readableBytes, Self.pieceOfOutput)),
      piece.readableBytes > 0
    {
      ErrorQueue.clear()
      let taken = piece.withUnsafeReadableBytes { SSL_write(ssl, $0.baseAddress, Int32(clamping: $0.count)) }
      guard taken == piece.readableBytes else { throw failure() }
      takeOutgoing(into: &bytes)
    }
  }

  /// Room that plain text needs when it is encrypted, for pieces of any number.
  static func room(for plaintext: Int, pieces: Int) -> Int {
    plaintext + (plaintext / pieceOfOutput + pieces) * recordOverhead
  }

  var hasOutgoing: Bool { BIO_ctrl_pending(outgoing) > 0 }

  /// Takes what OpenSSL has for the peer.
  func takeOutgoing(into bytes: inout ByteBuffer) {
    let waiting = BIO_ctrl_pending(outgoing)
    guard waiting > 0 else { return }
    bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: waiting) { room in
      max(0, Int(clamping: BIO_read(outgoing, room.baseAddress, Int32(clamping: waiting))))
    }
  }

  // MARK: End

  /// Says goodbye, if that is still possible.
  func finish() {
    guard phase.maySend else { return phase.end() }
    ErrorQueue.clear()
    SSL_shutdown(ssl)
    ErrorQueue.clear()
    phase.didFinish()
  }

  /// Nothing that comes is taken any more.
  func end() { phase.end() }

  /// - Returns: what is wrong with an end of the transport now, if anything.
  func transportEnded() -> TLSError? {
    defer { phase.end() }
    return phase.errorAtEndOfTransport
  }

  private func failure() -> TLSError {
    defer { phase.end() }
    let verification = SSL_get_verify_result(ssl)
    return TLSError(
      ErrorQueue.drain(), verification: verification, expected: expected, isHandshake: phase == .handshaking)
  }
}
