// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// What a report and its answer say of the authority's keys.
extension ReportAnswer {
  /// With the keys and lists that the member lacks. One of an earlier version, which says nothing of keys, gets none.
  func adding(_ register: Register, to fields: ReportFields) -> ReportAnswer {
    guard let held = fields.trusts else { return self }
    var answer = self
    let wanted = register.trusted.map(\.text)
    if Set(held) != Set(wanted) { answer.trusts = wanted }
    guard let change = register.rekeying else { return answer }
    let isMissing = !held.contains(change.next.digest.text)
    if isMissing { answer.newAuthority = change.next.certificate }
    if isMissing || revocations != nil {
      (answer.revocations, answer.otherRevocations) = (register.revocations?.list, change.otherList?.list)
    }
    if change.phase == .signing, fields.issuer != change.next.digest.text, !isMissing { answer.mustRenew = true }
    return answer
  }
}

extension Register {
  /// What a member says of the keys that it has.
  package mutating func note(_ fields: ReportFields, of id: MemberID) {
    guard rekeying != nil, let trusts = fields.trusts else { return }
    let keys = trusts.prefix(4).compactMap { SecureDigest(text: $0) }
    note(trusts: keys, issuer: fields.issuer.flatMap { SecureDigest(text: $0) }, of: id)
  }
}
