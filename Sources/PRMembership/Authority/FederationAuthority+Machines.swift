// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRNode
import PRStore
import PRWire

/// Several machines of one authority: each serves, and those that have the key sign for all.
extension FederationAuthority {
  // MARK: Asking

  /// Signs, or has another machine of the authority sign.
  ///
  /// - Parameter accepted: is called when the request was found to be good.
  func carryOut(
    _ order: SigningOrder, noting seen: [Register.HandMade] = [], _ answer: @escaping Node.Answer<String>,
    accepted: @escaping @Sendable () -> Void = {}
  ) throws(FederationRefusal) {
    let (register, now) = (register, part.now)
    let work = try order.work(in: register, of: part)
    guard register.isOnSeveralMachines, !part.keys.canSign(for: register, at: now) else {
      let signing = try signing()
      return write { register throws(FederationFailure) in
        register.note(seen, now: now)
        return try work.sign(&register, signing)
      } done: { [part] (outcome: Result<(SigningWork.Signed, Register), NodeError>) in
        if case .success((let signed, _)) = outcome {
          if !signed.isRepeated { accepted() }
          if let note = signed.note { part.log(note) }
        }
        answer(outcome.map { $0.0.answer })
      }
    }
    let request = PendingWait.request(order, by: machineName(in: register), at: now)
    write { register throws(FederationFailure) in
      register.note(seen, now: now)
      // Only what would be signed is put on record: tokens that were made up are refused here.
      if let known = try work.check(register, now) { return known }
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in try register.ask(request) }
      return nil
    } done: { [self] (outcome: Result<(String?, Register), NodeError>) in
      switch outcome {
      case .failure(let error): answer(.failure(error))
      case .success((let known?, _)): answer(.success(known))
      case .success:
        accepted()
        wait(for: request.id, answer)
      }
    }
  }

  private func wait(for id: PendingID, _ answer: @escaping Node.Answer<String>) {
    // A request has its own: it waits for another machine, and the session for it.
    Task(executorPreference: part.environment.executor) { [self] in
      let found = await PendingWait(store: part.store, environment: part.environment).answer(to: id) {
        await self.lookAgain()
        return self.register
      }
      noteSigner(isThere: found != nil)
      do throws(FederationRefusal) {
        answer(.success(try found.text()))
      } catch {
        answer(.failure(.federation(error)))
      }
    }
  }

  private func noteSigner(isThere: Bool) {
    guard !isThere else { return part.alarms.end(Self.signingAlarm) }
    part.alarms.raise(
      Self.signingAlarm, "no machine with the authority's key has signed what this one has asked for",
      advice: "start a machine that has the key, or give this one the key, in the folder of --keys")
  }

  /// Reads the register again, for all requests that wait: not more than five times a second.
  private func lookAgain() async {
    let now = part.environment.instant()
    let isDue = state.withLock { state in
      if let last = state.lookedAt, now - last < .milliseconds(200) { return false }
      state.lookedAt = now
      return true
    }
    if isDue { await takeOverRegister() }
  }

  private func machineName(in register: Register) -> String {
    (part.keys.machine(in: register)?.name ?? .authority).text
  }

  // MARK: Signing for others

  /// Signs what machines without the key have asked for.
  func signPending(_ register: Register) async {
    let now = part.now
    if register.hasOverduePending(now: now) {
      _ = try? await part.store.changeFederation { register throws(FederationFailure) in register.sweepPending(now: now)
      }
    }
    let asked = register.unanswered(now: now)
    guard !asked.isEmpty, part.keys.canSign(for: register, at: now), let signing = try? Signing(part.keys, at: now)
    else { return }
    for request in asked { await sign(request, signing) }
  }

  private func sign(_ request: PendingRequest, _ signing: Signing) async {
    let work: SigningWork
    do throws(FederationRefusal) {
      work = try SigningOrder(reading: request.request).work(in: register, of: part)
    } catch {
      let reason = error.reason
      work = SigningWork { _, _ in
        nil
      } sign: { _, _ throws(FederationFailure) in
        throw .unreadable(reason)
      }
    }
    let note: String? = await withCheckedContinuation { continuation in
      write { register throws(FederationFailure) in
        try register.sign(request, work, signing)
      } done: { outcome in
        // What failed stays in the register: another machine, or the next look, signs it.
        continuation.resume(returning: try? outcome.get().0)
      }
    }
    if let note { part.log("\(note); asked by the machine \(request.machine)") }
  }

  // MARK: This machine

  private static let leftAlarm = "machine-left"
  /// In seconds.
  private static let reportInterval: Int64 = 30

  /// A machine with a row of its own says in the register that it is there, and which keys of the authority it has.
  func keepMachine(_ register: Register) async {
    guard register.members.contains(where: { $0.kind == .machine }) else { return part.alarms.end(Self.leftAlarm) }
    takeOverCertificate()
    guard let own = part.keys.machine(in: register) else { return part.alarms.end(Self.leftAlarm) }
    guard own.isActive else {
      return part.alarms.raise(
        Self.leftAlarm, "this machine of the authority is \(own.state.rawValue): members and other machines refuse it",
        advice: "end it, or run 'headwater invite \(own.name) --again' and 'headwater join' here")
    }
    part.alarms.end(Self.leftAlarm)
    let (now, keys) = (part.now, part.keys)
    let (trusts, issuer) = ((try? keys.authorities().map(\.digest)) ?? [], try? keys.issuer())
    var noted = register
    noted.note(trusts: trusts, issuer: issuer, of: own.id)
    guard noted.rekeying != register.rekeying || now - own.seenAt >= Self.reportInterval else { return }
    _ = try? await part.store.changeFederation { register throws(FederationFailure) in
      register.saw(machine: own.id, now: now)
      register.note(trusts: trusts, issuer: issuer, of: own.id)
    }
  }

  /// The machine may have joined once more, by a command, while it serves.
  private func takeOverCertificate() {
    guard let serial = try? part.keys.certificate().serial.description else { return }
    let isOther = state.withLock { state in
      defer { state.serial = serial }
      guard let former = state.serial, former != serial else { return false }
      state.dates = nil
      return true
    }
    if isOther { part.reread() }
  }

  /// Another certificate of this machine, with another key.
  func renew(machine own: Member) {
    let now = part.environment.instant()
    let isDue = state.withLock { state in
      if let next = state.renewsAt, now < next { return false }
      state.renewsAt = now + Self.renewalPause
      return true
    }
    guard isDue else { return }
    do {
      let key = try PrivateKey()
      let order = SigningOrder.Machine(id: own.id.description, request: try SigningRequest(for: key).pem())
      try carryOut(.machine(order)) { [self] outcome in
        do {
          try take(try RenewAnswer.read(outcome.get()), key)
        } catch {
          noteNoRenewal(error)
        }
      }
    } catch {
      noteNoRenewal(error)
    }
  }

  private static let renewalPause = Duration.seconds(60)

  private func take(_ answer: RenewAnswer, _ key: PrivateKey) throws {
    let certificate = try MemberCertificate(reading: Array(answer.certificate.utf8))
    guard certificate.publicKey == key.publicKey else {
      throw FederationRefusal("the certificate in the register is that of another key")
    }
    try part.keys.write(key, certificate, of: part.keys.authorities())
    state.withLock { state in
      (state.dates, state.serial, state.renewsAt) = (nil, certificate.serial.description, nil)
    }
    part.reread()
    part.log("the certificate of this machine was renewed")
  }

  private func noteNoRenewal(_ error: any Error) {
    let reason = if case NodeError.federation(let refusal) = error { refusal.reason } else { "\(error)" }
    part.alarms.raise(
      Self.signingAlarm, "the certificate of this machine cannot be renewed: \(reason)",
      advice: "start a machine that has the authority's key, or give this one the key, in the folder of --keys")
  }
}

extension Register {
  /// Signs what another machine has asked for, and puts the answer beside it: a refusal too.
  ///
  /// - Returns: for the log; nil where there is nothing to say.
  mutating func sign(
    _ request: PendingRequest, _ work: SigningWork, _ signing: Signing
  ) throws(FederationFailure) -> String? {
    guard pending.contains(where: { $0.id == request.id && $0.answer == nil }) else { return nil }
    // A machine with the right key signs it.
    _ = try signing.authority(of: self)
    // On a copy: a refusal changes nothing else.
    var next = self
    do throws(FederationFailure) {
      let signed = try work.sign(&next, signing)
      next.answer(request.id, .done(signed.answer))
      self = next
      return signed.note
    } catch {
      answer(request.id, .refused(error.description))
      return "a request was refused: \(error)"
    }
  }
}

extension Decodable {
  /// Reads an answer.
  static func read(_ text: String) throws(FederationRefusal) -> Self {
    do {
      return try JSONDecoder().decode(Self.self, from: Data(text.utf8))
    } catch {
      throw FederationRefusal("an answer in the register cannot be read; is the other machine of this version?")
    }
  }
}
