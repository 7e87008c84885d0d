// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import TestSeed

/// Who stands above whom, and what may happen to them.
struct FederationShape {
  struct Place {
    /// The index of the upstream.
    var parent: Int?
    var level: Int
    var lane = Lane.only
    var away = UpstreamAway.fallback
    var processes = 1
    /// The level until the upstream has told another.
    var assumedLevel: Int
    var knowsLevel: Bool
    /// The node stores no answers.
    var isReadOnly = false
    var onMiss = OnMiss.refuse
  }

  enum Imports { case none, ofOwnKind, any }
  enum Restores { case none, ofLeaves, any }

  var places: [Place]
  var imports = Imports.none
  var restores = Restores.none
  var packages = 1
  var checksums = 4

  /// A federation that a test writes down: the index of each node's upstream, each node in a lane of its own.
  init(parents: [Int?], knowsLevels: Bool = true, away: UpstreamAway = .fallback) {
    places = []
    for parent in parents {
      let level = parent.map { places[$0].level + 1 } ?? 0
      places.append(
        Place(
          parent: parent, level: level, away: away, assumedLevel: min(level, 1), knowsLevel: knowsLevels && level > 0))
    }
    var order = Array(places.indices)
    assignLanes(&order, slack: 0)
  }

  /// Any federation: a root, one to three sites, none to three teams below each, now and then one more level.
  init(_ numbers: inout SeededNumbers) {
    var parents: [Int?] = [nil]
    let sites = Int.random(in: 1...3, using: &numbers)
    for _ in 0..<sites { parents.append(0) }
    for site in 1...sites { for _ in 0..<Int.random(in: 0...3, using: &numbers) { parents.append(site) } }
    if parents.count > 1 + sites, Int.random(in: 0..<5, using: &numbers) == 0 {
      for team in (1 + sites)..<parents.count where Bool.random(using: &numbers) { parents.append(team) }
    }
    self.init(parents: parents, knowsLevels: Int.random(in: 0..<7, using: &numbers) > 0)
    for index in places.indices {
      places[index].away = [.fallback, .fallback, .fallback, .strict, .offline].randomElement(using: &numbers)!
      places[index].processes = Int.random(in: 0..<3, using: &numbers) == 0 ? 2 : 1
      let isLeaf = index > 0 && !parents.contains(index)
      places[index].isReadOnly = isLeaf && Int.random(in: 0..<5, using: &numbers) == 0
      places[index].onMiss = OnMiss.allCases.randomElement(using: &numbers)!
    }
    var order = Array(places.indices).shuffled(using: &numbers)
    assignLanes(&order, slack: .random(in: 0...1, using: &numbers))
    imports = [.none, .none, .ofOwnKind, .any].randomElement(using: &numbers)!
    restores = [.none, .ofLeaves, .any, .any].randomElement(using: &numbers)!
    packages = .random(in: 1...2, using: &numbers)
    checksums = .random(in: 2...6, using: &numbers)
  }

  /// Every node of a level, cousins too, gets a lane of its own.
  private mutating func assignLanes(_ order: inout [Int], slack: UInt64) {
    for level in 0...(places.map(\.level).max() ?? 0) {
      let peers = order.filter { places[$0].level == level }
      for (index, place) in peers.enumerated() {
        guard let lane = Lane(index: UInt64(index), count: UInt64(peers.count) + slack) else { continue }
        places[place].lane = lane
      }
    }
  }
}
