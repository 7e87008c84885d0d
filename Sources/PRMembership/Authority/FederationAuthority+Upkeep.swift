// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRStore
import ServiceLifecycle

/// What the authority does by itself, each second.
extension FederationAuthority {
  package func run() async throws {
    await cancelWhenGracefulShutdown { await self.follow() }
  }

  /// Takes over what others change, until the task is cancelled.
  package func follow() async {
    await withTaskExecutorPreference(part.environment.executor) { [self] in
      while !Task.isCancelled {
        await look()
        held.expire(now: part.clock())
        // Another process, or another machine, may change the register: there is no signal of that. A machine without the key waits
        // for what this one is to sign.
        await part.environment.pause(register.isOnSeveralMachines ? .milliseconds(500) : .seconds(1))
      }
    }
  }

  /// Takes over what commands and other machines have changed.
  func look() async {
    await takeOverRegister()
    let now = register
    takeOverReplacement(now)
    await takeOverTrust(now)
    let isNews = state.withLock { state in
      defer { state.notices = now.notices }
      return state.notices != now.notices
    }
    if isNews { held.answerAll() }
    await signPending(now)
    await keepMachine(now)
    await keepHandMade(now)
    await keepUp(now)
    await keepRekeying(now)
  }

  /// Reads the register again, if it was changed.
  func takeOverRegister() async {
    let known = register
    let found: Register?
    do throws(StoreError) {
      found = try await part.store.read { reader throws(StoreError) in
        let row = try reader.federation()
        return row?.version == known.version ? nil : try reader.register()
      }
    } catch {
      return  // it is looked again in a second
    }
    if let found { keep(found) }
  }

  /// The keys and the list in the register are those that this node heeds.
  private func takeOverTrust(_ register: Register) async {
    let inUse = state.withLock { $0.listNumber }
    guard inUse == nil || register.revocations?.number != inUse else { return }
    await restoreList(register)
    guard let signed = register.revocations else { return }
    do {
      let update = TrustUpdate(
        trusted: register.trusted, new: register.rekeying?.next.certificate,
        lists: [signed.list, register.rekeying?.otherList?.list])
      if try part.keys.take(update) { part.log("the list \(signed.number) of revoked certificates is in use") }
      let lists = try part.keys.revocations()
      part.reread()
      state.withLock { ($0.listNumber, $0.dates) = (signed.number, nil) }
      revocations.tell(lists)
      part.alarms.end(Self.keysAlarm)
    } catch {
      part.alarms.raise(
        Self.keysAlarm, "the list of revoked certificates cannot be used: \(error)",
        advice: "make the folder of --keys readable and writable for this user")
    }
  }

  /// A register that was restored may lack what was revoked since the backup: the folder of keys has the later list.
  private func restoreList(_ register: Register) async {
    let lists = (try? part.keys.revocations()) ?? []
    guard let kept = lists.first(where: { SecureDigest(of: $0.authority.der) == register.authority }),
      kept.number > register.revocations?.number ?? 0, let revocations = try? Register.Revocations(kept)
    else { return }
    _ = try? await part.store.changeFederation { register throws(FederationFailure) in
      guard revocations.number > register.revocations?.number ?? 0 else { return }
      register.revocations = revocations
      register.notice()
    }
  }

  static let keysAlarm = "federation-keys"

  /// What has to be signed anew.
  private func keepUp(_ register: Register) async {
    let now = part.now
    do {
      let dates = try dates(register)
      // Another machine signs.
      let signs = !register.isOnSeveralMachines || part.keys.canSign(for: register, at: now)
      noteListAge(now - dates.listSigned, signs: signs)
      if signs, now - dates.listSigned >= RevocationList.maximumAge / 2 {
        let signing = try Signing(part.keys, at: now)
        _ = try await part.store.changeFederation { register throws(FederationFailure) in
          try register.signList(signing)
        }
      }
      if now >= dates.renewal, let own = part.keys.machine(in: register) {
        if own.isActive { renew(machine: own) }
      } else if now >= dates.renewal {
        let signing = try Signing(part.keys, at: now)
        let key = try PrivateKey()
        let certificate = try signing.certificate(
          of: .authority, at: register.addresses, for: key.publicKey, lifetime: register.certificateLifetime,
          by: signing.authority(of: register))
        try part.keys.write(key, certificate, of: part.keys.authorities())
        state.withLock { $0.dates = nil }
        part.reread()
        part.log("the authority's own certificate was renewed")
      }
      if let end = dates.authority?.period.notAfter { noteEnd(end, now) }
      // Without the key it ends with the next answer of a machine that has it.
      if signs { part.alarms.end(Self.signingAlarm) }
    } catch {
      part.alarms.raise(
        Self.signingAlarm, "the authority cannot sign: \(error)",
        advice: "give this node the authority's key, in the folder of --keys")
    }
    noteMembers(register, now)
    noteRestore(register)
  }

  /// An old list refuses no member; it may lack one that is revoked.
  private func noteListAge(_ age: Int64, signs: Bool) {
    guard !signs, age >= RevocationList.maximumAge else { return part.alarms.end(Self.listAlarm) }
    part.alarms.raise(
      Self.listAlarm, "the list of revoked certificates is older than a day",
      advice: "see whether a machine with the authority's key runs")
  }

  private static let listAlarm = "revocations-old"

  /// When something has to be signed anew, by the files of the folder, which are read again only after one was written.
  func dates(_ register: Register) throws -> Dates {
    if let dates = state.withLock({ $0.dates }) { return dates }
    let (lists, certificate) = (try part.keys.revocations(), try part.keys.certificate())
    let isOfOther = try part.keys.issuer() != register.authority
    let trustsPresent = try part.keys.authorities().contains { $0.digest == register.authority }
    let dates = Dates(
      listSigned: lists.map(\.thisUpdate).min().map { $0 + ValidityPeriod.leeway } ?? 0,
      renewal: isOfOther && trustsPresent ? 0 : certificate.period.renewal,
      authority: part.keys.hasAuthorityKey ? try part.keys.authorityCertificate() : nil)
    state.withLock { $0.dates = dates }
    return dates
  }

  /// Puts on record which lanes set by hand were seen.
  private func keepHandMade(_ register: Register) async {
    let (seen, now) = (seenByHand, part.now)
    var noted = register
    noted.note(seen, now: now)
    if noted.handMade != register.handMade {
      do throws(FederationFailure) {
        try await part.store.changeFederation { register throws(FederationFailure) in register.note(seen, now: now) }
      } catch {
        return  // they are put on record in a second
      }
    }
    state.withLock { $0.handMade.remove(seen) }
    noteHandMade(noted)
  }
}
