// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import Synchronization

/// What one side of TLS needs, made from files; the files can be read again while connections go on.
package final class TLSContext: Sendable {
  private let role: TLSRole
  private let files: TLSFiles
  private let clock: TLSClock
  private let latest: Mutex<TLSContextHandle>

  private init(_ role: TLSRole, _ files: TLSFiles, _ clock: TLSClock) throws(TLSError) {
    self.role = role
    self.files = files
    self.clock = clock
    latest = Mutex(try TLSContextHandle(role, files, clock))
  }

  /// A server's side.
  ///
  /// - Parameters:
  ///   - files: a certificate with its key; with `trust`, clients are asked for a certificate of these authorities.
  ///   - requiresClientCertificate: refuses clients without one. One that is given must be valid in any case.
  ///   - clock: by which certificates are valid and sessions too old.
  /// - Throws: ``TLSError`` with the path of the file that cannot be used.
  package static func server(
    _ files: TLSFiles, requiresClientCertificate: Bool, clock: TLSClock = .system
  ) throws(TLSError) -> TLSContext {
    try TLSContext(.server(requiresClientCertificate: requiresClientCertificate), files, clock)
  }

  /// A client's side.
  ///
  /// - Parameters:
  ///   - files: a certificate with its key, if servers ask for one; with no `trust`, the system's authorities are believed.
  ///   - clock: by which certificates are valid and sessions too old.
  /// - Throws: ``TLSError`` with the path of the file that cannot be used.
  package static func client(_ files: TLSFiles, clock: TLSClock = .system) throws(TLSError) -> TLSContext {
    try TLSContext(.client(trusting: nil), files, clock)
  }

  /// A client's side that believes authorities whose certificates are in memory.
  ///
  /// - Parameters:
  ///   - files: a certificate with its key, if servers ask for one. Its `trust` is not read.
  ///   - authorities: whose certificates are believed. Reading the files again leaves it.
  ///   - clock: by which certificates are valid and sessions too old.
  /// - Throws: ``TLSError`` with the path of the file that cannot be used.
  package static func client(
    _ files: TLSFiles = TLSFiles(), trusting authorities: AuthorityCertificate..., clock: TLSClock = .system
  ) throws(TLSError) -> TLSContext {
    try client(files, trusting: authorities, clock: clock)
  }

  package static func client(
    _ files: TLSFiles = TLSFiles(), trusting authorities: [AuthorityCertificate], clock: TLSClock = .system
  ) throws(TLSError) -> TLSContext {
    try TLSContext(.client(trusting: authorities), files, clock)
  }

  /// A client's side that verifies nothing and shows nothing: it looks at the certificates that a server sends, in
  /// ``TLSHandshakeDone/chain``.
  ///
  /// Its connections carry no plain text in either direction, and end with the handshake. None of them is resumed.
  package static func looking(clock: TLSClock = .system) throws(TLSError) -> TLSContext {
    try TLSContext(.looking, TLSFiles(), clock)
  }

  /// Reads the files again, for the connections that come. Those that are there go on with what they have; sessions made
  /// with the old files are resumed no more.
  ///
  /// - Throws: ``TLSError``; the old files' content then stays in use.
  package func reload() throws(TLSError) {
    let settings = try TLSContextHandle(role, files, clock)
    latest.withLock { $0 = settings }
  }

  /// The certificate that new connections show; nil where this side has none.
  package var certificate: OwnCertificate? { settings.certificate }

  /// What a new connection begins with.
  var settings: TLSContextHandle { latest.withLock { $0 } }
}

enum TLSRole: Hashable {
  case server(requiresClientCertificate: Bool)
  /// - Parameter trusting: the authorities in memory; nil where the files, or the system, say whom to believe.
  case client(trusting: [AuthorityCertificate]?)
  case looking

  var isServer: Bool {
    switch self {
    case .server: true
    case .client, .looking: false
    }
  }
}
