// SPDX-License-Identifier: Apache-2.0

/// Shows that the sender of a certificate request has the secret of an invitation, without showing the secret:
/// HMAC-SHA256, whose key is the secret's hash, of the authority's hash, the id and the request.
///
/// A relay that reads it learns nothing that is good for another request. Source: docs/decisions/0061-nonces-in-pairs.md, "Tokens".
package struct EnrollmentProof: Hashable, Sendable {
  package let digest: SecureDigest

  /// One that came over the wire.
  package init(digest: SecureDigest) { self.digest = digest }

  /// - Parameters:
  ///   - token: of the invitation.
  ///   - request: the certificate request, as DER.
  /// - Returns: nil when OpenSSL refuses.
  package init?(token: EnrollmentToken, request: [UInt8]) {
    self.init(authority: token.authority, id: token.id, secretHash: token.secret.hash, request: request)
  }

  private init?(authority: SecureDigest, id: InvitationID, secretHash: SecureDigest, request: [UInt8]) {
    // The first two have fixed lengths, so that no other three values make the same message.
    guard let digest = SecureDigest(of: authority.bytes + id.bytes + request, key: secretHash) else { return nil }
    self.digest = digest
  }

  /// Whether the sender has the secret. It takes the same time for a right proof and a wrong one.
  ///
  /// - Parameters:
  ///   - authority: the hash of this federation's authority.
  ///   - secretHash: what the register holds of the invitation.
  ///   - request: the certificate request that came with the proof, as DER.
  package func holds(
    authority: SecureDigest, id: InvitationID, secretHash: SecureDigest, request: [UInt8]
  ) -> Bool {
    EnrollmentProof(authority: authority, id: id, secretHash: secretHash, request: request)?.digest == digest
  }
}
