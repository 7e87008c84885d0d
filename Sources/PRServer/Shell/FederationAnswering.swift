// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRNode
import PRRevision
import PRStore
import PRWire

/// What answers requests that are about the federation, at a node that is a member of one or its authority.
package protocol FederationAnswering: AnyObject, Sendable {
  /// - Returns: what the certificate of a member of this federation is good for; nil for that of another federation.
  func rights(of certificate: MemberCertificate) -> Rights?

  /// - Parameters:
  ///   - client: leaves with the connection: what was asked by one that has ended changes nothing any more.
  ///   - answer: gets a JSON object. It is called once, from any thread.
  func answer(
    _ request: FederationRequest, from peer: FederationPeer, for client: ReadClient,
    answer: @escaping Node.Answer<String>)

  /// A node has introduced itself that mints in a lane and has no certificate of the federation.
  func introduced(handMade store: String, _ lane: Lane, at address: String)

  /// - Parameter body: is called with the serial numbers of all certificates that are revoked, when one more is.
  func whenRevoked(_ body: @escaping @Sendable (Set<SerialNumber>) -> Void)

  /// - Parameter body: is called with the store of each member below that has left, when its last number is on record.
  func whenLeft(_ body: @escaping @Sendable (String) -> Void)

  /// Answers all that is held: the server stops.
  func release()
}

/// Who has sent a request about the federation.
package struct FederationPeer: Hashable, Sendable {
  /// Nil for a client without one.
  package let certificate: MemberCertificate?
  /// Without a port.
  package let address: String

  package init(certificate: MemberCertificate?, address: String) {
    self.certificate = certificate
    self.address = address
  }
}

/// Tells sessions which certificates are good no more.
struct RevocationEvent: Sendable {
  let serials: Set<SerialNumber>
}
