// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision

extension Membership {
  /// Takes what the answer to a report says.
  ///
  /// - Parameter own: random.
  /// - Returns: whether there is another lease.
  package mutating func take(_ answer: ReportAnswer, own: UInt64) -> Bool {
    let next = answer.lease?.lease(of: id, store: lease.store)
    let given = answer.nonce.answer
    let isNew = if case .newLease = given { true } else { false }
    // A lane comes with the nonce of its generation, and neither counts without the other.
    let isTaken = isNew && next == nil ? false : nonce.take(given, own: own)
    if answer.isRetiring, nonce.stop == nil { nonce.retire() }
    if let name = try? MemberName(answer.name) { self.name = name }
    let addresses = answer.upstream.addresses.compactMap { MemberAddress($0) }
    // A register that was restored may lack them: the member goes on where it is.
    if let name = try? MemberName(answer.upstream.name), !addresses.isEmpty {
      upstream = Upstream(name: name, addresses: addresses)
    }
    authority = answer.authorityAddresses.compactMap { MemberAddress($0) }
    guard var next else { return false }
    let isOther = next.lane != lease.lane || next.level != lease.level
    guard !isOther || isNew && isTaken else { return false }
    // Of one lane a lease begins higher and never lower: an answer with a lower number comes late.
    if !isOther { next.from = max(next.from, lease.from) }
    defer { lease = next }
    return next != lease
  }
}
