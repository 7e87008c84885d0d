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
  private func site(of id: MemberID) throws(RegisterRefusal) -> Member {
    guard var place = member(id) else { throw .noRight }
    var steps = 0
    // A register that was damaged may have a circle.
    while let parent = place.parent.flatMap(member), steps <= members.count { (place, steps) = (parent, steps + 1) }
    return place
  }

  /// One more may be invited below a member.
  func checkMembers(below parent: MemberID) throws(RegisterRefusal) {
    let site = try site(of: parent)
    let theirs = below(site.id)
    let promised = invitations.count { invitation in
      guard invitation.state == .open, !invitation.offer.isAgain, let parent = invitation.offer.parent else {
        return false
      }
      return parent == site.id || theirs.contains(parent)
    }
    guard theirs.count + promised < Self.maximumBelow else { throw .tooManyBelow(site.name) }
  }

  /// One more lane of a level may be given below a member.
  func checkLanes(_ level: Int, below parent: MemberID) throws(RegisterRefusal) {
    let site = try site(of: parent)
    let theirs = below(site.id)
    let given = rows(of: level).count { row in
      guard theirs.contains(row.member) else { return false }
      return if case .returned = row.state { false } else { true }
    }
    guard UInt64(clamping: given) < maximumLanesBelow else { throw .tooManyLanesBelow(site.name, level: level) }
  }
}
