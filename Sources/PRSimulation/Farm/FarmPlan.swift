// SPDX-License-Identifier: Apache-2.0

/// A federation, its builders, and what they build.
package struct FarmPlan: Sendable {
  package var nodes: [NodePlan]
  package var links: [Link] = []
  /// How many builders ask each node.
  package var builders: [String: Int] = [:]
  package var days = 1
  package var seed: UInt64 = 0
  package var load = Load()
  package var cuts: [Cut] = []
  package var outage: Outage?

  package init(_ nodes: [NodePlan]) { self.nodes = nodes }

  /// What is built.
  package struct Load: Hashable, Sendable {
    /// Recipes that there are.
    package var recipes = 3000
    /// Recipes that change in a day, for all builders.
    package var changesPerDay = 400
    package var buildsPerDay = 1.0
    /// Recipes that a build packages.
    package var recipesPerBuild = 20
    /// The share of them that nodes elsewhere do not have: work in progress.
    package var localShare = 0.05
    /// From the packaging of one recipe to the next, on average.
    package var pause = Duration.seconds(2)

    package init() {}
  }

  package struct Link: Hashable, Sendable {
    package var one: String
    package var other: String
    package var settings: LinkSettings

    package init(_ one: String, _ other: String, _ settings: LinkSettings) {
      (self.one, self.other, self.settings) = (one, other, settings)
    }
  }

  /// A machine is gone for some time.
  package struct Outage: Hashable, Sendable {
    package var node: String
    package var start: Duration
    package var time: Duration

    package init(_ node: String, at start: Duration, for time: Duration) {
      (self.node, self.start, self.time) = (node, start, time)
    }
  }

  /// The line from a node to its upstreams is cut once a day, at a random time.
  package struct Cut: Hashable, Sendable {
    package var node: String
    package var time: Duration

    package init(_ node: String, for time: Duration) { (self.node, self.time) = (node, time) }
  }
}
