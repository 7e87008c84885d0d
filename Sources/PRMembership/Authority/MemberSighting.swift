// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRNode

/// A member as a node above it has seen it last: the authority has all of them, another node those right below it.
struct MemberSighting: Hashable, Sendable {
  let name: String
  /// Of the authority itself.
  var isMachine = false
  /// When its last report came, in seconds since 1970.
  let seenAt: Int64
  /// When its certificate expires, and how long it is good from its beginning, in seconds; nil where that is not known.
  let certificate: Certificate?

  struct Certificate: Hashable, Sendable {
    /// In seconds since 1970.
    let expires: Int64
    /// In seconds.
    let lifetime: Int64

    /// In seconds: 29 days. The member renews it when a third of its lifetime is left, which is 30 days as a rule.
    private static let notice: Int64 = 29 * 86_400

    /// Whether it should have been renewed, and was not.
    func isDue(at now: Int64) -> Bool { expires - now < min(Self.notice, lifetime / 4) }
  }

  /// In seconds: a member that has not reported for an hour is absent.
  static let patience: Int64 = 3600

  func isAbsent(at now: Int64) -> Bool { now - seenAt >= Self.patience }
}

extension AlarmBoard {
  private static let absentFamily = "member-absent:"
  private static let certificateFamily = "member-certificate:"

  /// Raises what is wrong with members, and ends what is over.
  ///
  /// - Parameters:
  ///   - now: in seconds since 1970.
  ///   - ifGone: what to do about a member that does not come back.
  func note(_ members: [MemberSighting], at now: Int64, ifGone: (String) -> String) {
    let absent = members.filter { $0.isAbsent(at: now) }
    keepOnly(absent.map { Self.absentFamily + $0.name }, of: Self.absentFamily)
    for member in absent {
      raise(
        Self.absentFamily + member.name, "the member \(member.name) has not reported for an hour",
        advice:
          "see whether it runs and reaches its \(member.isMachine ? "database" : "upstream"); \(ifGone(member.name))",
        since: member.seenAt * 1000)
    }
    let due = members.filter { $0.certificate?.isDue(at: now) ?? false }
    keepOnly(due.map { Self.certificateFamily + $0.name }, of: Self.certificateFamily)
    for member in due {
      raise(
        Self.certificateFamily + member.name,
        "the certificate of the member \(member.name) is about to expire, or has expired: it was not renewed when it was due",
        advice:
          "let \(member.isMachine ? "a machine with the authority's key run, which signs the next one" : "it reach its upstream, which renews it"); one that has expired takes 'headwater invite \(member.name) --again'"
      )
    }
  }
}
