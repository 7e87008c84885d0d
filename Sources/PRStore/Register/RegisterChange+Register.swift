// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

extension RegisterChange {
  /// What has to be written so that tables which hold one register hold another.
  ///
  /// - Parameter old: nil where the tables are empty.
  package init(from old: Register?, to new: Register) {
    // The federation's own row: its members are in others.
    if old?.row != new.row { written.append(new.row) }
    if let old, old.federation != new.federation { removed.append(old.row) }
    if let changed = old.flatMap({ new.members.changes(since: $0.members) }) {
      written += changed.map { new.members[$0].row }
    } else {
      compare(old.map { Array($0.members) } ?? [], Array(new.members), by: { $0.id }, { $0.row })
    }
    compare(old?.leases ?? [], new.leases, by: { $0.member }, { $0.row })
    compare(old?.laneRows ?? [], new.laneRows, by: { $0.place }, { $0.row })
    compare(old?.invitations ?? [], new.invitations, by: { $0.id }, { $0.row })
    compare(old?.floors ?? [], new.floors, by: { $0.level }, { $0.row })
    compare(old?.handMade ?? [], new.handMade, by: { $0.lane.store }, { $0.row })
    compare(old?.changes ?? [], new.changes, by: { $0.next.digest }, { $0.row })
    compare(old?.rekeying?.progress ?? [], new.rekeying?.progress ?? [], by: { $0.member }, { $0.row })
    compare(old?.pending ?? [], new.pending, by: { $0.id }, { $0.row })
  }

  private mutating func compare<Value: Equatable, Key: Hashable>(
    _ old: [Value], _ new: [Value], by key: (Value) -> Key,
    _ row: (Value) -> RegisterRow
  ) {
    guard old != new else { return }
    // Most changes are of one member, in its place.
    if old.count == new.count, zip(old, new).allSatisfy({ key($0) == key($1) }) {
      written += zip(old, new).compactMap { $0 == $1 ? nil : row($1) }
      return
    }
    let before = Dictionary(old.map { (key($0), $0) }) { first, _ in first }
    let after = Set(new.map(key))
    removed += old.filter { !after.contains(key($0)) }.map(row)
    written += new.filter { value in before[key(value)] != value }.map(row)
  }
}

extension LaneRow {
  fileprivate struct Place: Hashable {
    let level: Int
    let index: UInt64
  }

  fileprivate var place: Place { Place(level: level, index: index) }

  fileprivate var row: RegisterRow {
    RegisterRow(.lane, [.level(level), .text(String(index)), .id(member), .text(state.text)])
  }
}

extension RegisterField {
  fileprivate static func level(_ level: Int) -> RegisterField { .number(Int64(clamping: level)) }

  fileprivate static func id(_ id: MemberID) -> RegisterField { .text(id.description) }

  /// It may need all of 64 bits.
  fileprivate static func optional(_ number: UInt64?) -> RegisterField { number.map { .text(String($0)) } ?? .null }

  fileprivate static func optional(_ number: Int64?) -> RegisterField { number.map { .number($0) } ?? .null }

  fileprivate static func optional(_ value: (some CustomStringConvertible)?) -> RegisterField {
    value.map { .text($0.description) } ?? .null
  }

  fileprivate static func list(_ values: [some CustomStringConvertible]) -> RegisterField {
    .text(values.map(\.description).joined(separator: ","))
  }
}

extension Register {
  fileprivate var row: RegisterRow {
    RegisterRow(
      .federation,
      [
        .text(federation.text), .number(RegisterTable.schema), .text(authority.text),
        .number(Int64(clamping: lanes.count)), .list(addresses), .number(version), .number(notices),
        .number(certificateLifetime), .optional(restoredAt), .optional(revocations?.list),
        .optional(revocations?.number),
      ])
  }
}

extension Register.LevelFloor {
  fileprivate var row: RegisterRow { RegisterRow(.level, [.level(level), .text(String(from))]) }
}

extension Register.HandMade {
  fileprivate var row: RegisterRow {
    RegisterRow(
      .handmade,
      [
        .text(lane.store), .level(level), .text(lane.lane.description), .text(address), .number(seenAt),
        .number(isForgotten ? 1 : 0),
      ])
  }
}

extension Register {
  /// The change of the authority's key without its members, which have rows of their own.
  fileprivate var changes: [Rekeying] {
    rekeying.map { change in
      [
        Rekeying(
          former: change.former, next: change.next, phase: change.phase, since: change.since,
          otherList: change.otherList, progress: [])
      ]
    } ?? []
  }
}

extension Rekeying {
  fileprivate var row: RegisterRow {
    RegisterRow(
      .rekeying,
      [
        .text(next.digest.text), .text(next.certificate), .text(former.digest.text), .text(former.certificate),
        .text(phase.rawValue), .number(since), .optional(otherList?.list), .optional(otherList?.number),
      ])
  }
}

extension Rekeying.Progress {
  fileprivate var row: RegisterRow { RegisterRow(.rekeyed, [.id(member), .text(step.rawValue)]) }
}

extension PendingRequest {
  fileprivate var row: RegisterRow {
    var (done, refusal): (String?, String?)
    switch answer {
    case .done(let text)?: done = text
    case .refused(let reason)?: refusal = reason
    case nil: break
    }
    return RegisterRow(
      .pending,
      [
        .text(id.description), .text(machine), .text(request), .number(at), .optional(done), .optional(refusal),
      ])
  }
}

extension Lease {
  fileprivate var row: RegisterRow {
    RegisterRow(
      .lease, [.id(member), .text(store), .level(level), .optional(lane), .text(String(from))])
  }
}

extension Member {
  fileprivate var row: RegisterRow {
    let former = formerNames.map { "\($0.name):\($0.until)" }
    let answered = nonce?.answered
    let stop = nonce?.stop
    let places = (stop?.addresses).flatMap { $0.isEmpty ? nil : $0.joined(separator: "\n") }
    return RegisterRow(
      .member,
      [
        .id(id), .text(name.text), .list(former), .list(addresses), .text(kind.rawValue), .optional(parent),
        .level(level), .text(rights.description), .text(state.rawValue),
        .list(certificates.map { "\($0.serial):\($0.expires)" }), .text(store), .optional(nonce?.newest),
        .optional(nonce?.store),
        .optional(nonce?.phase.rawValue), .optional(answered?.presented), .optional(answered?.address),
        .optional(answered?.at), .optional(stop?.cause.rawValue), .optional(places), .optional(stop?.since),
        .optional(stop?.at), .optional(invitedBy), .number(invitedAt), .number(joinedAt), .number(seenAt),
      ])
  }
}

extension Invitation {
  fileprivate var row: RegisterRow {
    RegisterRow(
      .invitation,
      [
        .text(id.description), .text(secretHash.text), .text(offer.name.text), .text(offer.kind.rawValue),
        .list(offer.addresses), .optional(offer.parent), .text(offer.rights.description),
        .number(offer.isAgain ? 1 : 0), .optional(inviter), .number(at), .text(state.rawValue),
        .optional(use?.request.text), .optional(use?.member), .optional(use?.nonce), .optional(use?.at),
        .optional(use?.certificate),
      ])
  }
}
