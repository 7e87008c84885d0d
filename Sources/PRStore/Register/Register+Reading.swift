// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

extension Register {
  /// The row of the federation alone, as a register without members.
  package init?(
    federationOf path: String, rows: (RegisterTable) throws(StoreError) -> [RegisterRow]
  ) throws(StoreError) {
    try self.init(inTablesOf: path) { table throws(StoreError) in table == .federation ? try rows(table) : [] }
  }

  /// The register that stands in tables.
  ///
  /// - Parameters:
  ///   - path: what an error names the store by.
  ///   - rows: gives the rows of a table in the order of their keys.
  /// - Returns: nil where there is no federation.
  /// - Throws: ``StoreError/badRegister(path:detail:)`` for what no register writes, besides what `rows` throws.
  package init?(
    inTablesOf path: String, rows: (RegisterTable) throws(StoreError) -> [RegisterRow]
  ) throws(StoreError) {
    func read<Value>(
      _ table: RegisterTable, _ value: (RegisterRowReader) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value] {
      var values: [Value] = []
      for (index, row) in try rows(table).enumerated() {
        values.append(try value(RegisterRowReader(row: row, place: index + 1, path: path)))
      }
      return values
    }
    let federations = try read(.federation) { row throws(StoreError) in try Self.federation(row) }
    guard let (federation, lanes, restoredAt) = federations.first else { return nil }
    guard federations.count == 1 else { throw .badRegister(path: path, detail: "it has several federations") }
    self.init(
      federation: federation.federation, authority: federation.authority, lanes: lanes,
      members: try read(.member) { row throws(StoreError) in try row.member() },
      leases: try read(.lease) { row throws(StoreError) in try row.lease() },
      laneRows: try read(.lane) { row throws(StoreError) in
        LaneRow(
          level: try row.level(), index: try row.unsigned("number"), member: try row.value("member", MemberID.init),
          state: try row.value("state", LaneRow.State.init))
      },
      invitations: try read(.invitation) { row throws(StoreError) in try row.invitation() },
      floors: try read(.level) { row throws(StoreError) in
        LevelFloor(level: try row.level(), from: try row.unsigned("from_number"))
      },
      restoredAt: restoredAt,
      handMade: try read(.handmade) { row throws(StoreError) in try row.handMade() },
      rekeying: try read(.rekeying) { row throws(StoreError) in try row.rekeying() }.first.map {
        change throws(StoreError) in
        let progress = try read(.rekeyed) { row throws(StoreError) in
          Rekeying.Progress(
            member: try row.value("member", MemberID.init), step: try row.value("step", Rekeying.Progress.Step.init))
        }
        return Rekeying(
          former: change.former, next: change.next, phase: change.phase, since: change.since,
          otherList: change.otherList, progress: progress)
      },
      pending: try read(.pending) { row throws(StoreError) in try row.pending() })
    (addresses, revocations) = (federation.addresses, federation.revocations)
    self.init(
      self, version: federation.version, notices: federation.notices,
      certificateLifetime: federation.certificateLifetime)
  }

  /// - Returns: a register without members, and what cannot be set later.
  private static func federation(
    _ row: RegisterRowReader
  ) throws(StoreError) -> (federation: Register, lanes: LaneChooser, restoredAt: Int64?) {
    let schema = try row.number("schema")
    guard schema <= RegisterTable.schema else {
      throw .badRegister(
        path: row.path,
        detail: "a newer version wrote it: its schema is \(schema), and this version reads \(RegisterTable.schema)")
    }
    guard let count = UInt64(exactly: try row.number("lanes")), let lanes = LaneChooser(count: count) else {
      throw row.wrong("lanes")
    }
    var register = Register(
      federation: try row.value("name") { try? FederationName($0) },
      authority: try row.value("authority", SecureDigest.init(text:)), lanes: lanes,
      addresses: try row.list("addresses") { MemberAddress($0) })
    if try row.has("revocations") {
      register.revocations = Revocations(
        number: try row.unsigned("revocations_number"), list: try row.text("revocations"))
    }
    register = Register(
      register, version: try row.number("version"), notices: try row.number("notices"),
      certificateLifetime: try row.number("certificate_lifetime"))
    return (register, lanes, try row.has("restored_at") ? try row.number("restored_at") : nil)
  }
}

extension RegisterRowReader {
  fileprivate func handMade() throws(StoreError) -> Register.HandMade {
    let forgotten = try number("forgotten")
    guard 0...1 ~= forgotten else { throw wrong("forgotten") }
    return Register.HandMade(
      level: try level(),
      lane: LaneChooser.HandMade(store: try text("store"), lane: try value("lane") { Lane($0) }),
      address: try text("address"), seenAt: try number("seen_at"), isForgotten: forgotten == 1)
  }

  fileprivate func rekeying() throws(StoreError) -> Rekeying {
    func key(_ name: String) throws(StoreError) -> Rekeying.Key {
      Rekeying.Key(
        digest: try value(name, SecureDigest.init(text:)), certificate: try text("\(name)_certificate"))
    }
    var list: Register.Revocations?
    if try has("list") { list = Register.Revocations(number: try unsigned("list_number"), list: try text("list")) }
    return Rekeying(
      former: try key("former"), next: try key("next"), phase: try value("phase", Rekeying.Phase.init),
      since: try number("since"), otherList: list, progress: [])
  }

  fileprivate func pending() throws(StoreError) -> PendingRequest {
    let done = try optional("answer") { $0 }
    let refusal = try optional("refusal") { $0 }
    guard done == nil || refusal == nil else { throw wrong("refusal") }
    return PendingRequest(
      id: try value("id", PendingID.init), machine: try text("machine"), request: try text("request"),
      at: try number("at"), answer: done.map { .done($0) } ?? refusal.map { .refused($0) })
  }

  fileprivate func lease() throws(StoreError) -> Lease {
    Lease(
      member: try value("member", MemberID.init), store: try text("store"), level: try level(),
      lane: try optional("lane") { Lane($0) }, from: try unsigned("from_number"))
  }

  fileprivate func member() throws(StoreError) -> Member {
    var member = Member(
      id: try value("id", MemberID.init), name: try value("name") { try? MemberName($0) },
      addresses: try list("addresses") { MemberAddress($0) }, kind: try value("kind", Member.Kind.init),
      parent: try optional("parent", MemberID.init), level: try level(),
      rights: try value("rights") { Rights($0) },
      store: try text("store"), nonce: try has("nonce") ? try judge() : nil,
      invitedBy: try optional("invited_by", MemberID.init), invitedAt: try number("invited_at"),
      joinedAt: try number("joined_at"))
    member.formerNames = try list("former_names") { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let name = try? MemberName(String(parts[0])), let until = Int64(parts[1]) else {
        return nil
      }
      return Member.FormerName(name: name, until: until)
    }
    member.state = try value("state", Member.State.init)
    member.certificates = try list("certificates") { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, let expires = Int64(parts[1]) else { return nil }
      return Member.Certificate(serial: String(parts[0]), expires: expires)
    }
    member.seenAt = try number("seen_at")
    return member
  }

  private func judge() throws(StoreError) -> NonceJudge {
    var answered: NonceJudge.Answered?
    if try has("answered") {
      answered = NonceJudge.Answered(
        presented: try value("answered") { PresentedNonce($0) }, address: try text("answered_from"),
        at: try number("answered_at"))
    }
    var stop: NonceStop?
    if try has("stop") {
      let addresses = try optional("stop_from") {
        $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      }
      stop = NonceStop(
        cause: try value("stop", NonceStop.Cause.init), addresses: addresses ?? [], since: try number("stop_since"),
        at: try number("stop_at"))
    }
    return NonceJudge(
      store: try text("nonce_store"), newest: try value("nonce") { Nonce($0) }, answered: answered, stop: stop,
      phase: try value("nonce_phase", NonceJudge.Phase.init))
  }

  fileprivate func invitation() throws(StoreError) -> Invitation {
    let again = try number("again")
    guard 0...1 ~= again else { throw wrong("again") }
    let offer = Invitation.Offer(
      name: try value("name") { try? MemberName($0) }, kind: try value("kind", Member.Kind.init),
      addresses: try list("addresses") { MemberAddress($0) }, parent: try optional("parent", MemberID.init),
      rights: try value("rights") { Rights($0) }, isAgain: again == 1)
    var invitation = Invitation(
      id: try value("id", InvitationID.init), secretHash: try value("secret_hash", SecureDigest.init(text:)),
      offer: offer, inviter: try optional("inviter", MemberID.init), at: try number("at"))
    invitation.state = try value("state", Invitation.State.init)
    if try has("used_request") {
      invitation.use = Invitation.Use(
        request: try value("used_request", SecureDigest.init(text:)), member: try value("used_by", MemberID.init),
        nonce: try optional("used_nonce") { Nonce($0) }, at: try number("used_at"),
        certificate: try optional("used_certificate") { $0 })
    }
    return invitation
  }
}
