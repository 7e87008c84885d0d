// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRSync

@Suite("What is done next with a feed")
struct FeedCourseTests {
  typealias Step = (event: FeedCourse.Event, action: FeedCourse.Action)

  static let stories: [(name: String, steps: [Step])] = [
    (
      "a copy that goes on: at once for what has come meanwhile, then with a question that waits",
      [
        (.connected(isOfThisStore: true, isRebuilding: false), .pull(waits: false)),
        (.applied(hasMore: true), .pull(waits: false)), (.applied(hasMore: false), .pull(waits: true)),
        (.applied(hasMore: false), .pull(waits: true)), (.applied(hasMore: true), .pull(waits: false)),
      ]
    ),
    (
      "another store: a fresh copy beside, and in its place once it is whole",
      [
        (.connected(isOfThisStore: false, isRebuilding: false), .beginFresh), (.applied(hasMore: true), .pullFresh),
        (.applied(hasMore: true), .pullFresh), (.applied(hasMore: false), .swap),
        (.applied(hasMore: false), .pull(waits: true)),
      ]
    ),
    (
      "a fresh copy that was under way when the line dropped goes on where it was",
      [
        (.connected(isOfThisStore: false, isRebuilding: true), .pullFresh), (.applied(hasMore: false), .swap),
      ]
    ),
    (
      "a reset in the middle, of the same store",
      [
        (.connected(isOfThisStore: true, isRebuilding: false), .pull(waits: false)),
        (.reset(isRebuilding: false), .beginFresh), (.applied(hasMore: true), .pullFresh),
        (.applied(hasMore: false), .swap),
      ]
    ),
    (
      "a fresh copy that is of yesterday's feed is begun again",
      [
        (.connected(isOfThisStore: true, isRebuilding: true), .pullFresh), (.reset(isRebuilding: true), .beginFresh),
        (.applied(hasMore: false), .swap),
      ]
    ),
    (
      "two processes on one file: who is late takes part in the other's fresh copy",
      [
        (.connected(isOfThisStore: true, isRebuilding: false), .pull(waits: false)),
        (.reset(isRebuilding: true), .pullFresh), (.movedOn(isRebuilding: true), .pullFresh),
        (.movedOn(isRebuilding: false), .pull(waits: false)), (.applied(hasMore: false), .pull(waits: true)),
      ]
    ),
    (
      "two processes on one file that follow the feed: who is late looks where the copy is now",
      [
        (.connected(isOfThisStore: true, isRebuilding: false), .pull(waits: false)),
        (.movedOn(isRebuilding: false), .pull(waits: false)), (.applied(hasMore: false), .pull(waits: true)),
        (.movedOn(isRebuilding: true), .pull(waits: false)),
      ]
    ),
  ]

  @Test("is what its story tells", arguments: stories.indices)
  func story(index: Int) {
    let (name, steps) = Self.stories[index]
    var course = FeedCourse()
    for (number, step) in steps.enumerated() {
      #expect(course.next(step.event) == step.action, "\(name): step \(number)")
    }
  }
}
