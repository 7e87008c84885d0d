// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates

/// One reading of the files: an `SSL_CTX`, and what clients remember of servers.
///
/// `@unchecked Sendable`: everything is set in `init` only, and OpenSSL then allows its use from many threads.
final class TLSContextHandle: @unchecked Sendable {
  let pointer: OpaquePointer
  let sessions = SessionCache()
  let clock: TLSClock
  /// Servers are looked at, and not spoken with.
  let isLooking: Bool
  /// What this side shows; nil without a certificate.
  private(set) var certificate: OwnCertificate?

  /// Certificates between a peer's and a trusted authority.
  private static let deepestChain: Int32 = 8

  init(_ role: TLSRole, _ files: TLSFiles, _ clock: TLSClock) throws(TLSError) {
    self.clock = clock
    isLooking = role == .looking
    ErrorQueue.clear()
    guard let pointer = SSL_CTX_new(role.isServer ? TLS_server_method() : TLS_client_method()) else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    self.pointer = pointer
    try setRules()
    try useCertificate(files)
    switch role {
    case .server(let requiresCertificate): try verifyClients(files, required: requiresCertificate)
    case .client(let authorities): try verifyServers(files, authorities)
    case .looking: lookAtServers()
    }
  }

  deinit { SSL_CTX_free(pointer) }

  /// What both sides keep to.
  private func setRules() throws(TLSError) {
    SSL_CTX_set_options(pointer, headwater_tls_no_renegotiation | headwater_tls_no_compression)
    // What a side shows is what its file holds: OpenSSL would add authorities from its store.
    headwater_tls_set_mode(pointer, Int(clamping: SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN))
    SSL_CTX_set_verify_depth(pointer, Self.deepestChain)
    SSL_CTX_set_timeout(pointer, Int(clamping: ResumptionRule.maximumChainAge))
    // The system's policy may ask for more.
    guard headwater_tls_oldest_version(pointer) < TLS1_2_VERSION else { return }
    guard headwater_tls_set_oldest_version(pointer, TLS1_2_VERSION) == 1 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
  }

  // MARK: Own certificate

  private func useCertificate(_ files: TLSFiles) throws(TLSError) {
    guard let certificate = files.certificate else {
      guard let key = files.key else { return }
      throw .badKey(path: key, reason: "no certificate was given with it")
    }
    let key = files.key ?? certificate
    try Self.checkReadable(certificate)
    try Self.checkReadable(key)
    ErrorQueue.clear()
    guard SSL_CTX_use_certificate_chain_file(pointer, certificate) == 1 else {
      throw .badCertificate(path: certificate, reason: ErrorQueue.drain().text)
    }
    try useKey(key, of: certificate)
    self.certificate = try SSL_CTX_get0_certificate(pointer).map { shown throws(TLSError) in
      try OwnCertificate(shown, path: certificate)
    }
  }

  private func useKey(_ key: String, of certificate: String) throws(TLSError) {
    var wasAsked: Int32 = 0
    let isTaken = withUnsafeMutablePointer(to: &wasAsked) { wasAsked in
      SSL_CTX_set_default_passwd_cb(pointer) { headwater_tls_no_passphrase($0, $1, $2, $3) }
      SSL_CTX_set_default_passwd_cb_userdata(pointer, wasAsked)
      defer { SSL_CTX_set_default_passwd_cb_userdata(pointer, nil) }
      ErrorQueue.clear()
      return SSL_CTX_use_PrivateKey_file(pointer, key, SSL_FILETYPE_PEM) == 1
    }
    let errors = ErrorQueue.drain()
    guard isTaken else {
      if wasAsked != 0 { throw .encryptedKey(path: key) }
      if errors.contains(ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH) {
        throw .keyMismatch(certificate: certificate, key: key)
      }
      throw .badKey(path: key, reason: errors.text)
    }
    // A key of another type is taken without complaint.
    guard SSL_CTX_check_private_key(pointer) == 1 else {
      ErrorQueue.clear()
      throw .keyMismatch(certificate: certificate, key: key)
    }
  }

  // MARK: Peers' certificates

  private func verifyClients(_ files: TLSFiles, required: Bool) throws(TLSError) {
    guard files.certificate != nil else { throw .noCertificate }
    // Tickets only: nothing of a client stays here.
    headwater_tls_set_session_cache(pointer, Int(clamping: SSL_SESS_CACHE_OFF))
    let isSet = SSL_CTX_set_session_ticket_cb(
      pointer, { ssl, _ in TLSConnection.writeTicket(ssl) },
      { ssl, session, _, _, status, _ in TLSConnection.readTicket(ssl, session, status) }, nil)
    guard isSet == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
    // Without it OpenSSL refuses to resume sessions of clients that showed a certificate.
    guard SSL_CTX_set_session_id_context(pointer, Array("headwater".utf8), 9) == 1 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    guard let trust = files.trust else {
      // The system's authorities vouch for anyone; they cannot say who may come in here.
      guard !required else { throw .noTrust }
      return SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
    }
    try believe(trust)
    ErrorQueue.clear()
    guard let names = SSL_load_client_CA_file(trust) else {
      throw .badTrust(path: trust, reason: ErrorQueue.drain().text)
    }
    SSL_CTX_set_client_CA_list(pointer, names)
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nil)
  }

  private func verifyServers(_ files: TLSFiles, _ authorities: [AuthorityCertificate]?) throws(TLSError) {
    if let authorities {
      for authority in authorities { try believe(authority) }
    } else if let trust = files.trust {
      try believe(trust)
    } else {
      ErrorQueue.clear()
      guard SSL_CTX_set_default_verify_paths(pointer) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
    }
    SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
    headwater_tls_set_session_cache(pointer, Int(clamping: SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL))
    SSL_CTX_sess_set_new_cb(pointer) { TLSConnection.takeSession($0, $1) }
  }

  private func lookAtServers() {
    SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
    headwater_tls_set_session_cache(pointer, Int(clamping: SSL_SESS_CACHE_OFF))
    SSL_CTX_set_options(pointer, headwater_tls_no_ticket)
  }

  private func believe(_ authority: AuthorityCertificate) throws(TLSError) {
    ErrorQueue.clear()
    let certificate = authority.der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var start = bytes.baseAddress
      return d2i_X509(nil, &start, bytes.count)
    }
    defer { X509_free(certificate) }
    guard let certificate, X509_STORE_add_cert(SSL_CTX_get_cert_store(pointer), certificate) == 1 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
  }

  private func believe(_ trust: String) throws(TLSError) {
    try Self.checkReadable(trust)
    ErrorQueue.clear()
    guard SSL_CTX_load_verify_file(pointer, trust) == 1 else {
      throw .badTrust(path: trust, reason: ErrorQueue.drain().text)
    }
    let store = SSL_CTX_get_cert_store(pointer)
    guard headwater_tls_has_certificates(store) == 1 else {
      throw .badTrust(path: trust, reason: "revocation lists only")
    }
    if headwater_tls_has_revocations(store) == 1 { X509_STORE_set_flags(store, UInt(clamping: X509_V_FLAG_CRL_CHECK)) }
  }

  private static func checkReadable(_ path: String) throws(TLSError) {
    ErrorQueue.clear()
    guard let file = BIO_new_file(path, "r") else {
      throw .unreadable(path: path, reason: ErrorQueue.drain().systemText)
    }
    BIO_free(file)
  }
}
