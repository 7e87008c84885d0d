// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import PRNode
import PRRevision
import PRStore
import PRWire

/// The fields of a request that is about the federation. Source: docs/protocol.md, "Federation".
package protocol FederationFields: Codable, Hashable, Sendable {
  /// What nodes that passed the request on have added.
  var relayed: Relayed? { get set }
}

/// What a node that passes a request on says of its sender.
package struct Relayed: Codable, Hashable, Sendable {
  /// The member that has sent the request, by its certificate; nil for a store that joins.
  package var member: String?
  /// Where the request came from.
  package var address: String
  /// The members that it has passed, the first one first, without the last.
  package var path: [String]

  /// A request passes no more members.
  static let maximumPath = 16
  /// In bytes: no address is longer.
  private static let longestAddress = 64

  /// The address, cut to what is kept of it.
  package var origin: String { Self.kept(address) }

  static func kept(_ address: String) -> String { address.cut(longestAddress) }
}

/// `enroll`: a store joins.
package struct EnrollFields: FederationFields {
  /// Of the invitation.
  var id: String
  var proof: String
  /// A certificate request, as PEM.
  var request: String
  var store: String
  /// What a store that joins again holds.
  var nonce: String?
  /// The greatest last numbers that the store has minted by hand, by their level.
  var greatest: [Int: UInt64]
  package var relayed: Relayed?
}

package struct EnrollAnswer: Codable, Hashable, Sendable {
  var federation, name, id, kind: String
  var level: Int
  var lane: String?
  var from: UInt64
  var nonce: String?
  /// As PEM.
  var certificate: String
  var revocations: String?
  /// While the authority changes its key: the list by the other key, and the certificates of both, as PEM.
  var otherRevocations: String?
  var authorities: [String]?
  /// Its own, where members below reach it.
  var addresses: [String]
  var upstream: UpstreamFields
  var authorityAddresses: [String]
}

package struct UpstreamFields: Codable, Hashable, Sendable {
  var name: String
  var addresses: [String]
}

/// `renew`: a member gets another certificate.
///
/// The key stays: the request shows that its sender has the key of the present certificate, which a node that passes it on has not.
package struct RenewFields: FederationFields {
  /// A certificate request, as PEM.
  var request: String
  /// The present certificate, as PEM.
  var certificate: String
  package var relayed: Relayed?
}

package struct RenewAnswer: Codable, Hashable, Sendable {
  /// As PEM.
  var certificate: String
}

package struct LeaseFields: Codable, Hashable, Sendable {
  var level: Int
  var lane: String?
  var from: UInt64

  /// - Returns: nil for what is no lease.
  package func lease(of member: MemberID, store: String) -> Lease? {
    guard (0...Partition.deepest).contains(level) else { return nil }
    let lane = lane.flatMap { Lane($0) }
    guard (lane == nil) == (self.lane == nil) else { return nil }
    return Lease(member: member, store: store, level: level, lane: lane, from: from)
  }
}

/// `report`: what a member says of itself.
package struct ReportFields: FederationFields {
  var id: String
  var store: String
  var nonce: String
  var lease: LeaseFields
  /// The number of the list of revoked certificates that it has.
  var revocations: UInt64?
  /// Why it mints nothing; nil while it may.
  var stop: String?
  /// It is leaving, and mints no more: the greatest last number that it has minted.
  package var last: LastNumber?
  /// How long the answer may wait for something that the member is to get soon, in milliseconds.
  var wait: Int64
  package var facts: MemberFacts
  /// Nodes right below it that were made by hand.
  package var handMade: [HandMadeFields]
  /// SHA-256 of the authority's keys that it trusts, and of the one that has signed its certificate.
  var trusts: [String]?
  var issuer: String?
  package var relayed: Relayed?

  package struct LastNumber: Codable, Hashable, Sendable {
    /// Nil where it has minted none.
    var greatest: UInt64?
  }
}

package struct HandMadeFields: Codable, Hashable, Sendable {
  var store: String
  var lane: String
  var level: Int
  var address: String?
  /// In seconds since 1970.
  var seenAt: Int64?

  /// A report has no more of them.
  package static let maximum = 16
}

/// What a member says of itself for others to see. None of it decides anything.
package struct MemberFacts: Codable, Hashable, Sendable {
  package var version: String
  /// Where its status page is; a host `*` is any of the node's.
  package var page: String?
  /// Answers a second, on average since the report before.
  package var requestsPerSecond: Double?
  /// How many of them had a value on record, from 0 to 1.
  package var hitRatio: Double?
  /// Seconds since its copy was last seen to hold all that the upstream has; nil without a copy.
  package var copyLag: Int64?
  /// Its alarms, the first of them.
  package var alarms: [String]
  /// When its certificate expires, in seconds since 1970.
  package var certificateExpires: Int64?
  /// What its clock shows, in seconds since 1970.
  package var time: Int64

  package init(version: String, time: Int64) {
    self.version = version
    self.time = time
    alarms = []
  }

  /// A page that others can open: one of this machine alone is none for another.
  private static func page(_ page: String, from address: String) -> String? {
    let host = address.contains(":") ? "[\(address)]" : address
    if page.hasPrefix("http://*:") { return "http://\(host):" + page.dropFirst(9) }
    let isLocal = page.hasPrefix("http://127.") || page.hasPrefix("http://[::1]") || page.hasPrefix("http://localhost")
    return isLocal && !LoopbackHost.contains(address) ? nil : page
  }

  package static let maximumAlarms = 16
  /// In bytes.
  package static let longest = 200

  /// What a peer sent, cut to what is kept of it, and as readers take it.
  ///
  /// - Parameter address: where it was sent from.
  package func bounded(from address: String) -> MemberFacts {
    var facts = self
    facts.version = version.cut(Self.longest).madePlain
    facts.page = page.flatMap { Self.page($0.cut(Self.longest), from: address) }.flatMap { $0.isPlainPage ? $0 : nil }
    facts.alarms = alarms.prefix(Self.maximumAlarms).map { $0.cut(Self.longest).madePlain }
    return facts
  }
}

package struct ReportAnswer: Codable, Hashable, Sendable {
  var nonce: NonceFields
  /// As it stands now.
  var lease: LeaseFields?
  /// The member is to report its greatest last number, and to mint nothing after it.
  var isRetiring: Bool
  /// The last number was put on record: the member has left.
  var hasLeft: Bool
  var name: String
  var upstream: UpstreamFields
  var authorityAddresses: [String]
  /// As PEM, if it is another one than the member has.
  var revocations: String?
  /// While the authority changes its key: the list by the other key.
  var otherRevocations: String?
  /// SHA-256 of the authority's keys that the member is to trust, if these are others than it does.
  var trusts: [String]?
  /// The certificate of the authority's next key, as PEM, if the member lacks it.
  var newAuthority: String?
  /// The certificate has another name than the register, or is by the key that is to go.
  var mustRenew: Bool
  /// Counts what members are to get soon: where it differs from the answer before, members below report at once.
  var notices: Int64
  /// The members above it, from the authority down to its upstream.
  var above: [AboveFields]
}

package struct AboveFields: Codable, Hashable, Sendable {
  var name: String
  var level: Int
  var kind: String
  /// Where its status page is.
  var page: String?
}

extension ReportAnswer {
  package static func read(_ text: String) throws(FederationRefusal) -> ReportAnswer {
    do {
      return try JSONDecoder().decode(ReportAnswer.self, from: Data(text.utf8))
    } catch {
      throw FederationRefusal("the answer of the upstream cannot be read; is it of this version?")
    }
  }
}

/// What an answer says of the nonce; empty where it says nothing.
package struct NonceFields: Codable, Hashable, Sendable {
  var next: String?
  /// It comes with another lease.
  var newLease: String?
  /// Why the member is to mint nothing, with the generation of the nonce that it has presented.
  var stop: String?
  var generation: UInt32?
}

/// `invite`: a member offers a place below it.
package struct InviteFields: FederationFields {
  var name: String
  var kind: String
  var addresses: [String]
  /// The member right above; nil: the one that asks.
  var parent: String?
  /// Nil: those of a member that joins again, else read, and with addresses invite.
  var rights: String?
  var again: Bool
  /// Of the invitation, random.
  var id: String
  /// SHA-256 of the secret, which stays where it was made.
  var secretHash: String
  package var relayed: Relayed?
}

package struct InviteAnswer: Codable, Hashable, Sendable {
  /// SHA-256 of the authority's public key.
  var authority: String
  /// Where the store that joins has to ask.
  var addresses: [String]
}

/// `federation`: a reader asks what there is.
package struct PageFields: FederationFields {
  /// The last name of the page before; nil for the first page.
  var after: String?
  package var relayed: Relayed?
}

/// `retire`, `revoke`, `rename`: a member changes what is below it.
package struct ChangeFields: FederationFields {
  var name: String
  /// For `rename`.
  var newName: String?
  package var relayed: Relayed?
}

package struct ChangeAnswer: Codable, Hashable, Sendable {
  /// What was done, for the person who asked.
  var text: String
}

extension FederationFields {
  /// Reads the fields of a request.
  package static func read(_ request: FederationRequest) throws(FederationRefusal) -> Self {
    do {
      return try JSONDecoder().decode(Self.self, from: Data(request.fields.utf8))
    } catch {
      throw FederationRefusal(
        "the fields of the \(request.kind.rawValue) cannot be read; is its sender of this version?")
    }
  }

  package func request(_ kind: RequestKind) -> FederationRequest {
    FederationRequest(kind, fields: JSONLine.text(self))
  }
}

extension String {
  /// As many of its scalars as fit so many bytes. One character may have any number of them.
  fileprivate func cut(_ bytes: Int) -> String {
    guard utf8.count > bytes else { return self }
    var (text, size) = (String.UnicodeScalarView(), 0)
    for scalar in unicodeScalars {
      size += UTF8.width(scalar)
      guard size <= bytes else { break }
      text.append(scalar)
    }
    return String(text)
  }
}
