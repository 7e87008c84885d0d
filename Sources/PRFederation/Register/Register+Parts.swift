// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What members bring in by their right `invite` is bounded by the site that is right below the authority and above them. So a member that
/// is in other hands uses up what its own site may have, and nothing of others.
extension Register {
  /// So many members may be on record below one that is right below the authority, those that have left among them.
  package static let maximumBelow = maximumMembers / 4

  /// So many lanes of a level may be given to the members below one that is right below the authority, and to those that have left with
  /// theirs: three quarters.
  package var maximumLanesBelow: UInt64 { lanes.count - lanes.count / 4 }

  /// The member right below the authority that is above another one, or is that one.
  private func site(of id: MemberID) -> MemberID {
    var (place, steps) = (id, 0)
    // A register that was damaged may have a circle.
    while let parent = member(place)?.parent, steps <= members.count { (place, steps) = (parent, steps + 1) }
    return place
  }

  private func named(_ id: MemberID) throws(RegisterRefusal) -> MemberName {
    guard let member = member(id) else { throw .noRight }
    return member.name
  }

  /// One more may be invited below a member.
  func checkMembers(below parent: MemberID, now: Int64) throws(RegisterRefusal) {
    let site = site(of: parent)
    let theirs = below(site)
    let promised = invitations.count { invitation in
      guard invitation.isOpen(at: now), !invitation.offer.isAgain, let parent = invitation.offer.parent else {
        return false
      }
      return parent == site || theirs.contains(parent)
    }
    guard theirs.count + promised < Self.maximumBelow else { throw .tooManyBelow(try named(site)) }
  }

  /// One more lane of a level may be given below a member.
  func checkLanes(_ level: Int, below parent: MemberID) throws(RegisterRefusal) {
    let site = site(of: parent)
    let theirs = below(site)
    let given = rows(of: level).count { row in
      guard theirs.contains(row.member) else { return false }
      return if case .returned = row.state { false } else { true }
    }
    guard UInt64(clamping: given) < maximumLanesBelow else { throw .tooManyLanesBelow(try named(site), level: level) }
  }
}
