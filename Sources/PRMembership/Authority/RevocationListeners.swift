// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision
import Synchronization

/// What ends when a certificate is revoked.
final class RevocationListeners: Sendable {
  private let bodies = Mutex<[@Sendable (Set<SerialNumber>) -> Void]>([])

  /// - Parameter body: is called with the serial numbers of all certificates that are revoked.
  func add(_ body: @escaping @Sendable (Set<SerialNumber>) -> Void) { bodies.withLock { $0.append(body) } }

  /// - Parameter lists: of all authorities.
  func tell(_ lists: [RevocationList]) {
    let serials = Set(lists.flatMap { $0.entries.map(\.serial) })
    for body in bodies.withLock({ $0 }) { body(serials) }
  }
}

extension MemberCertificate {
  /// What the certificate of a member is good for at a node of a federation.
  ///
  /// - Returns: nil for that of another federation.
  func rights(in federation: FederationName) -> Rights? {
    guard identity.federation == federation else { return nil }
    return Rights(rights.names.joined(separator: ",")) ?? []
  }
}
