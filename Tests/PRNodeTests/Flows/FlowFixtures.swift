// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestSeed
import TestStore
import Testing

@testable import PRNode

/// The database takes no request.
enum Locked: Error, Hashable { case locked }

enum Unanswered: UpstreamFailure {
  case away, tooLong

  var isBeyondLimit: Bool { self == .tooLong }
}

enum FlowFailure: RequestFailure {
  case store(Locked)
  case refused(Refusal, TupleKey)
  case notFrozen(TupleKey)
  case upstreamAway(Unanswered)
  case upstreamIncomplete
  case beyondUpstream(Unanswered)
}

extension RequestPolicy {
  /// A node below an upstream that it can ask.
  static func below(
    _ away: UpstreamAway = .fallback, numbering: Numbering = .partitioned(Partition(level: 1, lane: .only)),
    isReadOnly: Bool = false, isStoreReadOnly: Bool = false, isFrozen: Bool = false
  ) -> RequestPolicy {
    RequestPolicy(
      NodePolicy(numbering: numbering, isReadOnly: isReadOnly, upstreamAway: away), hasUpstream: true,
      isStoreReadOnly: isStoreReadOnly, isFrozen: isFrozen)
  }

  static let alone = RequestPolicy(NodePolicy(), hasUpstream: false, isStoreReadOnly: false)

  /// All that a flow may start with.
  static let all: [RequestPolicy] = {
    var found: [RequestPolicy] = []
    for numbering in [Numbering.bitbake, .partitioned(.root), .partitioned(Partition(level: 1, lane: .only))] {
      for away in UpstreamAway.allCases {
        for bits in 0..<32 {
          var policy = NodePolicy(
            numbering: numbering, isReadOnly: bits & 1 != 0, onMiss: bits & 2 != 0 ? .predict : .refuse,
            upstreamAway: away)
          policy.isBelow = bits & 4 != 0
          found.append(
            RequestPolicy(policy, hasUpstream: bits & 8 != 0, isStoreReadOnly: bits & 16 != 0, isFrozen: bits & 16 != 0)
          )
        }
      }
    }
    return found
  }()
}

extension UpstreamAnswer {
  static let full = UpstreamAnswer(greatest: revision("3"), values: [revision("2")], level: 4)
  /// The upstream could not ask its own.
  static let partial = UpstreamAnswer(greatest: revision("3"), values: [], isComplete: false, level: 4)
  static let nothing = UpstreamAnswer(greatest: nil, values: [], level: 4)
}

extension KnownValues {
  /// What records hold for a checksum, with an own value of it and one of another checksum.
  static func own(_ value: String?, beside other: String? = nil) -> KnownValues {
    let records = MemoryRecords()
    if let value { records.store(.checksum("a"), revision(value)) }
    if let other { records.store(.checksum("b"), revision(other)) }
    return KnownValues(of: .checksum("a"), .partitioned(Partition(level: 1, lane: .only)), in: records)
  }
}

extension AllocationFlow: Machine {}
extension PredictionFlow: Machine {}
extension TestFlow: Machine {}
extension LookupFlow: Machine {}
extension GreatestFlow: Machine {}
