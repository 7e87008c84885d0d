// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRClient
import PRFederation
import PRNode

/// Its own certificate, and those that are revoked.
extension FederationMember {
  private static let trustAlarm = "federation-keys"

  /// Whom the node trusts stays as it was at its joining.
  func takeTrust(_ answer: ReportAnswer) async {
    guard let text = answer.revocations else { return }
    do {
      let trust = try part.keys.trust()
      let (old, new) = (try part.keys.revocations(), try RevocationList(reading: Array(text.utf8), of: trust))
      guard old.map(new.replaces) ?? true else { return }
      try part.keys.write(trust: trust.authorities, new)
      part.reread()
      await heedList()
      part.alarms.end(Self.trustAlarm)
    } catch {
      part.alarms.raise(
        Self.trustAlarm, "the list of revoked certificates cannot be taken over: \(error)",
        advice: "make the folder of --keys readable and writable for this user")
    }
  }

  /// Connections of members that are revoked end, and members below get the list.
  func heedList() async {
    guard let list = try? part.keys.revocations() else { return }
    revocations.tell(list)
    held.answerAll()
  }

  /// - Returns: whether the upstream is to see another name than over this connection.
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
      return hasOtherName
    } catch let refusal as FederationRefusal {
      throw refusal
    } catch {
      throw FederationRefusal("the certificate cannot be renewed: \(error)")
    }
  }
}
