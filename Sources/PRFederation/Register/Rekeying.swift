// SPDX-License-Identifier: Apache-2.0

/// The change from one key of the authority to another, while members have both.
///
///     announced -> signing -> over
///
/// - announced: the former key signs. Members get the certificate of the next one.
/// - signing: the next key signs. Members get certificates of it.
package struct Rekeying: Hashable, Sendable {
  package let former: Key
  package let next: Key
  package internal(set) var phase: Phase
  /// Since when the phase lasts, in seconds since 1970.
  package internal(set) var since: Int64
  /// The last list of revoked certificates by the key that does not sign certificates now.
  package var otherList: Register.Revocations?
  /// How far members are; one that is not here has the former key alone.
  package internal(set) var progress: [Progress] = []

  /// A key of the authority.
  package struct Key: Hashable, Sendable {
    /// SHA-256 of the public key.
    package let digest: SecureDigest
    /// The authority's certificate with it, as PEM.
    package let certificate: String

    package init(digest: SecureDigest, certificate: String) {
      self.digest = digest
      self.certificate = certificate
    }
  }

  package enum Phase: String, Codable, Hashable, Sendable, CaseIterable {
    case announced, signing
  }

  /// A member that has said that it trusts the next key.
  package struct Progress: Hashable, Sendable {
    package let member: MemberID
    package var step: Step

    package enum Step: String, Hashable, Sendable, CaseIterable {
      case trusts
      /// Its certificate is of the next key.
      case renewed
    }

    package init(member: MemberID, step: Step) {
      self.member = member
      self.step = step
    }
  }

  package init(former: Key, next: Key, phase: Phase = .announced, since: Int64) {
    self.former = former
    self.next = next
    self.phase = phase
    self.since = since
  }

  /// As it stands in tables.
  package init(
    former: Key, next: Key, phase: Phase, since: Int64, otherList: Register.Revocations?, progress: [Progress]
  ) {
    self.init(former: former, next: next, phase: phase, since: since)
    self.otherList = otherList
    self.progress = progress
  }

  /// The key that does not sign certificates now.
  package var other: Key { phase == .announced ? next : former }

  func step(of id: MemberID) -> Progress.Step? { progress.first { $0.member == id }?.step }

  /// The members that have what the phase is for.
  var done: Set<MemberID> {
    Set(progress.filter { phase == .announced || $0.step == .renewed }.map(\.member))
  }
}
