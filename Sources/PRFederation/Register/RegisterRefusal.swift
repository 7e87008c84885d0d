// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Why the register does not do what it is asked. The names in it stand in the register, or came from an operator.
package enum RegisterRefusal: Error, Hashable, Sendable {
  // MARK: Who asks

  case noRight
  case notBelow(MemberName)
  case noMember(MemberName)
  case hasLeft(MemberName, Member.State)

  // MARK: Invitations

  case nameTaken(MemberName)
  case alreadyInvited(MemberName)
  case notInvited(MemberName)
  case renamedTooOften(MemberName)
  case renewedTooOften(MemberName)
  case addressTaken(MemberAddress, by: MemberName)
  case tooManyAddresses
  case rightsAbove(inviter: Rights)
  case tooManyInvitations(maximum: Int)
  case tooManyMembers
  /// Below one that is right below the authority.
  case tooManyBelow(MemberName)
  case tooManyLanesBelow(MemberName, level: Int)
  case tooManyInvitationsOnRecord(maximum: Int)
  /// Only the operator of the authority may fill the rest.
  case revocationsOfMembers(maximum: Int)
  case parentWithoutAddress(MemberName)
  case tooDeep(maximum: Int)
  case machineBelow
  /// A store that is not the authority's joins with the token of a machine.
  case machineElsewhere

  // MARK: Joining

  /// Wrong, used, expired and unknown tokens alike.
  case badToken
  case storeTaken(by: MemberName)
  case otherStore(MemberName)
  case badStore
  case numberTooGreat(UInt64)

  // MARK: Lanes

  case lane(LaneRefusal)
  case laneTaken(by: MemberName)
  case noLane(MemberName)
  /// The register was restored.
  case restored
  /// No store with a lane set by hand is on record, or not this one.
  case noHandMade

  // MARK: The authority's key

  /// A change of the key is under way.
  case rekeying
  /// The register names another key than the one that was to sign.
  case otherAuthority

  // MARK: Machines without the key

  case tooManyPending
  case pendingTooLong

  // MARK: Leaving

  case hasMembersBelow(MemberName, count: Int)
  case notRetiring(MemberName)
  case unclean(MemberName)

  // MARK: After a restore

  case awaiting([MemberName], count: Int)
  case notRestored
}

extension RegisterRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noRight:
      "the member has no right to invite; invite it again with '--rights read,invite', and with '--address' where it has none"
    case .notBelow(let name): "\(name) is not below the member that asks; ask a member above it, or the authority"
    case .noMember(let name): "no member is called \(name); 'headwater federation' lists them"
    case .hasLeft(let name, let state): "\(name) is \(state.rawValue); invite its site under another name"
    case .nameTaken(let name):
      "the name \(name) is taken, and stays so when a member leaves; choose another one, or run 'headwater invite \(name) --again' "
        + "where this member is to join once more"
    case .alreadyInvited(let name):
      "\(name) has an invitation that is open; use it, or run 'headwater federation revoke \(name)' first"
    case .notInvited(let name): "\(name) has no open invitation"
    case .renamedTooOften(let name):
      "\(name) was renamed \(Member.maximumFormerNames) times while its certificates are good; "
        + "wait until one has expired"
    case .renewedTooOften(let name):
      "\(name) has \(Member.maximumCertificates) certificates that have not expired; wait until one has"
    case .addressTaken(let address, let name): "the address \(address) belongs to \(name); name another one"
    case .tooManyAddresses: "a member has at most \(MemberAddress.maximum) addresses; name fewer"
    case .rightsAbove(let rights): "the inviter has the rights \(rights), and gives no others; leave the rest out"
    case .tooManyInvitations(let maximum):
      "\(maximum) invitations are open, which is the most; use them, revoke some, or wait until they expire"
    case .tooManyBelow(let name):
      "\(Register.maximumBelow) members are on record below \(name), which is the most, those that have left among them; invite a site "
        + "right below the authority"
    case .tooManyLanesBelow(let name, let level):
      "the members below \(name) have been given three quarters of the lanes of level \(level), which is the most; retire members that are "
        + "not needed, or invite a site right below the authority"
    case .tooManyInvitationsOnRecord(let maximum):
      "the member has invited \(maximum) times, as far as that is still on record, which is the most; try again when the first of these "
        + "invitations have expired"
    case .revocationsOfMembers(let maximum):
      "the list of revoked certificates names \(maximum), which is the most that members may bring it to; "
        + "ask the operator of the authority, or wait until certificates have expired"
    case .tooManyMembers: "the federation has \(Register.maximumMembers) members, which is the most"
    case .parentWithoutAddress(let name):
      "\(name) has no address at which members below it could reach it; "
        + "run 'headwater invite \(name) --again --address HOST:PORT', and 'headwater join' there"
    case .tooDeep(let maximum): "the member would be deeper than level \(maximum); invite it further up"
    case .machineBelow: "a machine of the authority is invited at the authority, and mints nothing of its own"
    case .machineElsewhere:
      "the token is for a machine of the authority, which shares its database: run 'headwater join' there with the authority's "
        + "postgresql:// URL as --database"
    case .badToken:
      "the token is not accepted: it is wrong, was used, or has expired; ask for a new one ('headwater invite')"
    case .storeTaken(let name):
      "this database is that of the member \(name); begin with an empty one, or run 'headwater invite \(name) --again'"
    case .otherStore(let name):
      "this database is not the one that \(name) joined with; invite the site under another name"
    case .badStore: "the database has no identity; open it with 'headwater serve' once, and join again"
    case .numberTooGreat(let number):
      "the database has the number \(number), which is too great to go on above it; join with an empty database"
    case .lane(let refusal): refusal.description
    case .laneTaken(let name):
      "the lane that the member reports belongs to \(name); run 'headwater federation relane' for one of them"
    case .noLane(let name): "\(name) mints nothing, and has no lane"
    case .restored:
      "the authority's register was restored from a backup, and gives no lane until "
        + "'headwater federation after-restore' has run"
    case .noHandMade:
      "no such store with a lane set by hand is on record; 'headwater federation' lists them"
    case .rekeying: "the authority's key is being changed; 'headwater federation' shows how far it is"
    case .otherAuthority:
      "the register names another key of the authority than the one at hand; name the right folder with --keys, and try again"
    case .tooManyPending:
      "\(PendingRequest.maximum) requests wait for a machine with the authority's key, which is the most; see whether one runs, and "
        + "try again"
    case .pendingTooLong: "the request is too long to be put on record"
    case .hasMembersBelow(let name, let count):
      "\(name) has \(count == 1 ? "a member or an invitation" : "\(count) members or invitations") below it; retire or revoke "
        + "\(count == 1 ? "it" : "these") first"
    case .notRetiring(let name): "\(name) is not retiring; run 'headwater federation retire \(name)' first"
    case .unclean(let name):
      "\(name) is a clone or was restored, so its greatest number is uncertain; "
        + "run 'headwater federation relane \(name)' first, or revoke it"
    case .awaiting(let names, let count):
      "\(count) members have not reported since the restore, among them \(names.map(\.text).joined(separator: ", ")); "
        + "wait for them, or confirm that none was given a lane since the backup"
    case .notRestored: "the register was not restored; nothing is to be done"
    }
  }
}
