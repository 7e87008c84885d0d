// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import PRUpstream

/// Why a node gives no answer: what reaches the person who runs the build.
package enum NodeError: Error, Hashable, Sendable {
  case store(StoreError)
  case refused(Refusal, TupleKey)
  /// A frozen server has no value on record.
  case notFrozen(TupleKey)
  /// The upstream does not answer, and the policy is to do nothing without it.
  case upstreamAway(UpstreamError)
  /// The upstream answers, but could not ask its own.
  case upstreamIncomplete
  /// The question of a node below has passed this node's store before.
  case cameRound(QuestionPath)
  /// The question is longer than the upstream takes: it was not asked, and nothing is decided without it.
  case beyondUpstream(UpstreamError)
  /// A request that is about the federation.
  case federation(FederationRefusal)
}

extension NodeError: CustomStringConvertible {
  static let unknownLevel =
    "its upstream has never said how many nodes stand above, and a number of another level may name two contents"

  package var description: String {
    switch self {
    case .store(let error): error.description
    case .refused(.overflow(let revision), let tuple):
      "no revision after \(revision) fits 64 bits for \(tuple.package); give the package a new version"
    case .refused(.levelUnknown, let tuple):
      "this server has no number for \(tuple) and mints none: \(Self.unknownLevel); start this server with --level (1 right below "
        + "the authority), or let it reach its upstream"
    case .refused(.stopped(let stop), let tuple):
      "this server has no number for \(tuple) and mints none: \(stop)"
    case .refused(.unrecorded, let tuple):
      "this server is read-only and has no revision on record for \(tuple); "
        + "build against a server that allocates, or start this one with --on-miss predict"
    case .notFrozen(let tuple):
      "this server is read-only and has no revision on record for \(tuple): it was not there when its database was "
        + "frozen; build against a server that allocates"
    case .refused(.taken(let value, let holder), let tuple):
      "the value \(value) that is known for \(tuple) belongs to the checksum \(holder) here: one value was given to both "
        + "further up, as happens after an old backup was restored; have a server that allocates number it anew, or "
        + "give the package a new version"
    case .cameRound(let circle):
      "the question has come round, through the stores \(circle): their nodes stand above each other; remove the upstream "
        + "that points down"
    case .upstreamAway(let error):
      "\(error); this server answers nothing new without it (--upstream-away strict): try again later"
    case .beyondUpstream(let error):
      "\(error); use shorter names, or raise that limit"
    case .federation(let refusal): refusal.reason
    case .upstreamIncomplete:
      "the upstream cannot reach its own upstream, and this server answers nothing new without it "
        + "(--upstream-away strict): try again later"
    }
  }
}

extension NodeError: RequestFailure {}

extension UpstreamError: UpstreamFailure {}

/// Why a request that is about the federation was not carried out.
package struct FederationRefusal: Error, Hashable, Sendable {
  /// It says what to do.
  package let reason: String
  /// The sender may not ask for it.
  package let isOfRights: Bool
  /// A server has answered it: the same question has the same answer.
  package let isAnswer: Bool

  package init(_ reason: String, isOfRights: Bool = false, isAnswer: Bool = false) {
    self.isAnswer = isAnswer
    self.reason = reason
    self.isOfRights = isOfRights
  }
}

extension FederationRefusal: CustomStringConvertible {
  package var description: String { reason }

  /// A node that stands in no federation.
  package static let none = FederationRefusal(
    "this server is not part of a federation; begin one with 'headwater federation create', or ask another server")
}
