// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision
import Synchronization

/// What ends when something becomes of a member.
final class Listeners<News: Sendable>: Sendable {
  private let bodies = Mutex<[@Sendable (News) -> Void]>([])

  func add(_ body: @escaping @Sendable (News) -> Void) { bodies.withLock { $0.append(body) } }

  func tell(_ news: News) {
    for body in bodies.withLock({ $0 }) { body(news) }
  }
}

/// Get the serial numbers of all certificates that are revoked.
typealias RevocationListeners = Listeners<Set<SerialNumber>>

extension RevocationListeners {
  /// - Parameter lists: of all authorities.
  func tell(_ lists: [RevocationList]) { tell(Set(lists.flatMap { $0.entries.map(\.serial) })) }
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
