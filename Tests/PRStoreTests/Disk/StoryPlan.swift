// SPDX-License-Identifier: Apache-2.0
import TestDisk

@testable import PRStore
@testable import PRStoreSQLite

/// What a story is made of, beside its seed.
struct StoryPlan: Sendable {
  var requests = 60
  var durability = Durability.full
  /// What the disk says and does not do.
  var lies: Set<DiskLie> = []
  /// A request counts as answered when it is decided, before its transaction is committed.
  var answersEarly = false
}

/// What happened in a story.
struct StoryFigures: Hashable, Sendable {
  var requests = 0
  var answers = 0
  var refusals = 0
  var openings = 0
  var powerLosses = 0
  var kills = 0
  var checks = 0
  var calls = 0

  static func + (left: StoryFigures, right: StoryFigures) -> StoryFigures {
    StoryFigures(
      requests: left.requests + right.requests, answers: left.answers + right.answers,
      refusals: left.refusals + right.refusals, openings: left.openings + right.openings,
      powerLosses: left.powerLosses + right.powerLosses, kills: left.kills + right.kills,
      checks: left.checks + right.checks, calls: left.calls + right.calls)
  }
}
