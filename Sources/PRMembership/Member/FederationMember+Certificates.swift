// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRClient
import PRFederation
import PRNode

/// Its own certificate, and those that are revoked.
extension FederationMember {
  private static let trustAlarm = "federation-keys"

  /// Takes over lists, and the next key of the authority where the present one has endorsed it: no other.
  func takeTrust(_ answer: ReportAnswer) async {
    let trusted = answer.trusts?.prefix(4).compactMap { SecureDigest(text: $0) }
    let update = TrustUpdate(
      trusted: trusted, new: answer.newAuthority, lists: [answer.revocations, answer.otherRevocations])
    guard trusted != nil || !update.lists.isEmpty else { return }
    do {
      guard try part.keys.take(update) else { return }
      part.reread()
      await heedList()
      part.alarms.end(Self.trustAlarm)
    } catch {
      part.alarms.raise(
        Self.trustAlarm,
        "the list of revoked certificates, or the authority's next key, cannot be taken over: \(error)",
        advice: "make the folder of --keys readable and writable for this user")
    }
  }

  /// Connections of members that are revoked end, and those to them, and members below get the list.
  func heedList() async {
    guard let lists = try? part.keys.revocations(), !lists.isEmpty else { return }
    revocations.tell(lists)
    let ended = part.connections.end(revoked: Set(lists.flatMap { $0.entries.map(\.serial) }))
    if ended > 0 { part.log("the connections to the upstream were closed: its certificate was revoked") }
    forgetBelow(revokedBy: lists)
    held.answerAll()
  }

  /// - Returns: whether there is a new one: the node right above is to see it, which it does with the next connection.
  func renewIfDue(over connection: ServerConnection) async throws(FederationRefusal) -> Bool {
    do {
      let (present, hasOtherName) = (try part.keys.certificate(), state.withLock { $0.mustRenew })
      guard present.period.isDueForRenewal(at: part.now) || hasOtherName else { return false }
      let key = try part.keys.key()
      let fields = RenewFields(request: try SigningRequest(for: key).pem(), certificate: try present.pem())
      let answer: RenewAnswer = try await connection.ask(fields.request(.renew))
      let certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
      guard certificate.publicKey == key.publicKey else {
        throw FederationRefusal("the upstream sent the certificate of another key")
      }
      let authorities = try part.keys.authorities()
      guard try part.keys.trust().issuer(of: certificate) != nil else {
        throw FederationRefusal("the upstream sent a certificate that the authority did not sign")
      }
      try part.keys.write(key, certificate, of: authorities)
      part.reread()
      state.withLock { $0.mustRenew = false }
      part.log("the certificate of this node was renewed")
      return true
    } catch let refusal as FederationRefusal {
      throw refusal
    } catch {
      throw FederationRefusal("the certificate cannot be renewed: \(error)")
    }
  }
}
