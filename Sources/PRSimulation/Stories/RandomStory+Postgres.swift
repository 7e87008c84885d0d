// SPDX-License-Identifier: Apache-2.0

extension Story {
  /// A random story whose authority is two nodes on PostgreSQL. The servers of their database crash, hang and are cut off from each
  /// other, and their administrator cancels commits that wait for the standby.
  package static func randomOnPostgres(seed: UInt64, actions: Int = 60, burst: Int = 4) -> Story {
    var story = random(seed: seed, actions: actions, burst: burst)
    var random = SimulationRandom(seed: seed ^ 0x5151_5151_5151_5151)
    let top = story.nodes[0].name
    story.nodes[0].isStock = false
    // A database in files is restored by its operator; servers with a standby have one to be promoted.
    let nodes = story.mates(of: top).map(\.name)
    story.actions.removeAll { timed in
      switch timed.action {
      case .backUp(let name), .restore(let name): nodes.contains(name)
      default: false
      }
    }
    for index in story.nodes.indices where nodes.contains(story.nodes[index].name) {
      story.nodes[index].isOnPostgres = true
    }
    if !story.nodes.contains(where: { $0.mate == top }) {
      var node = story.nodes[0]
      (node.name, node.mate) = ("\(top)-beside", top)
      story.nodes.append(node)
      story.divideQuestions(of: top, and: node.name, &random)
    }
    story.addDatabaseFaults(top, &random)
    return story
  }

  /// Half of the builders of a node ask another one.
  private mutating func divideQuestions(of one: String, and other: String, _ random: inout SimulationRandom) {
    for index in actions.indices {
      guard case .ask(var question) = actions[index].action, question.node == one, random.below(2) == 0 else {
        continue
      }
      question.node = other
      actions[index].action = .ask(question)
    }
  }

  /// Mostly several at once, while builders ask.
  private mutating func addDatabaseFaults(_ name: String, _ random: inout SimulationRandom) {
    var added: [TimedAction] = []
    for timed in actions where random.below(8) == 0 {
      var time = timed.time
      for _ in 0...random.below(4) {
        time += .milliseconds([0, 1, 3, 10, 500, 5_000][random.below(6)])
        let fault = DatabaseFault.allCases[random.below(DatabaseFault.allCases.count)]
        added.append(TimedAction(time: time, action: .database(name, fault)))
        // What stops everything lasts for seconds as a rule.
        let ending: DatabaseFault? =
          switch fault {
          case .stopStandby: .startStandby
          case .freeze: .thaw
          case .emptyNames: .restoreNames
          default: nil
          }
        guard let ending, random.below(8) > 0 else { continue }
        let later = time + .milliseconds([50, 2_000, 15_000, 40_000][random.below(4)])
        added.append(TimedAction(time: later, action: .database(name, ending)))
      }
    }
    actions = (actions + added).sorted { $0.time < $1.time }
  }
}
