// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRStoreMemory

/// Watches that strict nodes number nothing while a node above them is down.
struct StrictWatch {
  var story: Story
  /// Questions without an outcome, by the name of the database.
  private var open: [String: Int] = [:]
  /// What has been asked, by the name of the database.
  private var asked: Set<Place> = []

  private struct Place: Hashable {
    let node: String
    let package: String
    let checksum: String
  }

  /// A question to a strict node below a node that was down when it was asked.
  struct Alone {
    fileprivate let question: Story.Question
    fileprivate let down: String
    fileprivate let lives: Int
    /// The databases of the nodes between the two.
    fileprivate let between: [String]
    /// The values of the node have so many components.
    fileprivate let components: Int
    fileprivate let before: MemoryDatabase
  }

  init(_ story: Story) { self.story = story }

  /// - Returns: nil where the node may number.
  mutating func asks(_ question: Story.Question, _ nodes: [String: SimulatedNode]) -> Alone? {
    let file = story.file(of: question.node)
    let isQuiet = open[file] ?? 0 == 0
    open[file, default: 0] += question.times
    asked.insert(Place(node: file, package: question.package, checksum: question.checksum))
    guard isQuiet, let node = story.nodes.first(where: { $0.name == question.node }), node.away == .strict,
      !node.isReadOnly, let running = nodes[node.name]
    else { return nil }
    let above = story.asked(from: node)
    guard let index = above.firstIndex(where: { nodes[$0.name]?.isRunning == false }),
      let down = nodes[above[index].name]
    else { return nil }
    return Alone(
      question: question, down: above[index].name, lives: down.lives,
      between: above.prefix(index).map { story.file(of: $0.name) },
      components: story.level(of: node) + 1, before: running.backUp())
  }

  mutating func answered(_ node: String) { open[story.file(of: node), default: 1] -= 1 }

  /// - Returns: the node that was down, where the row was chosen without it.
  func isBroken(_ alone: Alone, by row: Row, _ nodes: [String: SimulatedNode]) -> String? {
    let question = alone.question
    // What a node in between has as its own current value needs no node above.
    let isKnown = alone.between.contains {
      asked.contains(Place(node: $0, package: question.package, checksum: question.checksum))
    }
    guard !isKnown, let down = nodes[alone.down], !down.isRunning, down.lives == alone.lives,
      Dotted(row.value).parts.count == alone.components, !alone.before.holds(row)
    else { return nil }
    return alone.down
  }
}
