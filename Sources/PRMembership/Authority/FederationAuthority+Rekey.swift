// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRStore

/// The change of the authority's key, as the serving process carries it on.
extension FederationAuthority {
  /// Goes on to the next phase when all members are ready for it.
  func keepRekeying(_ register: Register) async {
    do {
      try await settleKeys(register)
      guard let change = register.rekeying, let wait = register.rekeyingWait(now: part.now) else {
        return part.alarms.end(Self.rekeyingAlarm)
      }
      guard !wait.isOver else {
        // A machine with the key goes on.
        guard !register.isOnSeveralMachines || part.keys.canSign(for: register, at: part.now) else { return }
        try await advance(register)
        return part.alarms.end(Self.rekeyingAlarm)
      }
      note(wait, since: change.since)
    } catch {
      part.alarms.raise(
        Self.rekeyingAlarm, "the change of the authority's key cannot go on: \(error)",
        advice: "give this node the files authority.key and authority-next.key, in the folder of --keys")
    }
  }

  private static let rekeyingAlarm = "rekeying-waits"
  /// In seconds, a day.
  private static let patience: Int64 = 86_400

  private func note(_ wait: Register.RekeyingWait, since: Int64) {
    guard part.now - since >= Self.patience else { return part.alarms.end(Self.rekeyingAlarm) }
    part.alarms.raise(
      Self.rekeyingAlarm, "the change of the authority's key has waited for a day: \(wait)",
      advice: "let these members report, or go on without them with 'headwater federation rekey --finish'",
      since: since * 1000)
  }

  private func advance(_ register: Register) async throws {
    let signing = try Signing(part.keys, at: part.now)
    let hasChanged = try await part.store.changeFederation { register throws(FederationFailure) in
      try register.advanceRekeying(waits: true, signing: signing)
    }
    guard hasChanged else { return }
    part.log(
      register.rekeying?.phase == .announced
        ? "the authority signs with its next key from now on: members get certificates of it"
        : "the change of the authority's key is over")
  }

  /// A command that began with another key, since the one before was lost, may have ended before its last step.
  func takeOverReplacement(_ register: Register) {
    // The command may be at that step, and a file of it gone.
    guard (try? part.keys.putReplacementInPlace(register, at: part.now)) == true else { return }
    part.log("the authority has a new key, which takes the place of a lost one: members have to join again")
    state.withLock { ($0.dates, $0.listNumber) = (nil, nil) }
    part.reread()
  }

  /// What the register and the folder say of the key differs after a process has ended between two steps, and after the register
  /// was restored from a backup.
  private func settleKeys(_ register: Register) async throws {
    guard register.rekeying == nil else { return }
    let (keys, now) = (part.keys, part.now)
    if keys.hasNextAuthority, try keys.nextAuthority(at: now).certificate.digest == register.authority {
      try keys.promoteNext(at: now)
      state.withLock { $0.dates = nil }
    }
    guard let held = try dates(register).authority, held.digest != register.authority,
      held.endorsedBy.map({ SecureDigest(of: $0.der) }) == register.authority
    else { return }
    // The change was over when the register went back to before it.
    let signing = Signing(try keys.authority(at: now), at: now)
    let list = try keys.revocations().first { $0.authority == held.publicKey }.map { try Register.Revocations($0) }
    _ = try await part.store.changeFederation { register throws(FederationFailure) in
      guard register.takeOverAuthority(held.digest) else { return }
      register.revocations = list
      try register.signList(signing)
    }
    part.log("the register had the authority's key from before the last change: it has the present one now")
  }
}

extension Register {
  /// Goes on to the next phase of the change, and signs the lists of it.
  mutating func advanceRekeying(waits: Bool, signing: Signing) throws(FederationFailure) -> Bool {
    guard advanceRekeying(waits: waits, now: signing.now) else { return false }
    try signList(signing)
    return true
  }
}

extension Register.RekeyingWait: CustomStringConvertible {
  /// The first of them.
  package var description: String {
    let members = members.isEmpty ? nil : "members that have not reported with it: \(Self.list(members))"
    let open = invitations.isEmpty ? nil : "invitations with the former key: \(Self.list(invitations))"
    return [members, open].compactMap(\.self).joined(separator: "; ")
  }

  private static func list(_ names: [MemberName]) -> String {
    let rest = names.count > 8 ? " and \(names.count - 8) more" : ""
    return names.prefix(8).map(\.text).joined(separator: ", ") + rest
  }
}
