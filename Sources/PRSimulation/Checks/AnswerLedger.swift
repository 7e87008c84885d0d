// SPDX-License-Identifier: Apache-2.0

/// All answers of a federation, as its clients saw them, and the laws that they must keep. It shares no code with what it
/// checks.
package struct AnswerLedger {
  /// What a node promises of its answers.
  package enum Promise: Sendable {
    /// Each is on time.
    case nothing
    /// No value names two contents.
    case oneContent
    /// Nor does an answer go down, or change with history.
    case neverDown
  }

  /// A question that has left.
  package struct Ticket {
    fileprivate let node: String
    fileprivate let package: String
    fileprivate let checksum: String
    fileprivate let isKept: Bool
    fileprivate let promise: Promise
    /// The greatest answer that any client of the node had when this one asked.
    fileprivate let atLeast: Dotted?
    fileprivate let askedAt: Duration
    /// How often the node had forgotten what it knew.
    fileprivate let loss: Int
  }

  private struct Name: Hashable {
    /// Nil in the federation as a whole.
    let node: String?
    let package: String
    let value: Dotted
  }

  private struct Place: Hashable {
    let node: String
    let package: String
    let checksum: String
  }

  private var contents: [Name: String] = [:]
  private var greatest: [Place: Dotted] = [:]
  private var kept: [Place: Dotted] = [:]
  /// How often each node has forgotten what it knew.
  private var losses: [String: Int] = [:]
  /// Values are compared at each node by itself.
  private var isDivided = false
  /// Nodes that promise nothing any more.
  private var released: Set<String> = []
  package private(set) var violations: [String] = []
  package private(set) var answered = 0
  package private(set) var refused = 0
  package private(set) var lost = 0
  /// The time in which every question is answered or refused.
  package var bound: Duration

  package init(bound: Duration = .seconds(60)) { self.bound = bound }

  /// Questions without an outcome.
  package private(set) var open = 0

  package mutating func ask(
    _ package: String, _ checksum: String, isKept: Bool, at node: String, promise: Promise = .neverDown, time: Duration
  ) -> Ticket {
    open += 1
    return Ticket(
      node: node, package: package, checksum: checksum, isKept: isKept, promise: promise,
      atLeast: greatest(of: package, at: node), askedAt: time, loss: losses[node] ?? 0)
  }

  /// - Parameter excuses: whether a value of a package may name two contents.
  package mutating func take(
    _ answer: RawClient.Answer, to ticket: Ticket, time: Duration, excuses: (String, String) -> Bool = { _, _ in false }
  ) {
    open -= 1
    let question = "\(ticket.package) \(ticket.checksum) at \(ticket.node)"
    switch answer {
    case .lost: lost += 1
    case .refused, .value(nil): refused += 1
    case .value(let text?):
      answered += 1
      if isCurrent(ticket) { take(Dotted(text), ticket, question) { excuses(ticket.package, text) } }
    }
    let isLate = answer != .lost && time - ticket.askedAt > bound
    if isLate { violations.append("\(question): the answer took \(time - ticket.askedAt)") }
  }

  /// From now on no answer of the node is below the floor.
  package mutating func raise(_ package: String, to value: String, at node: String) {
    let place = Place(node: node, package: package, checksum: "")
    greatest[place] = max(greatest[place] ?? Dotted(value), Dotted(value))
  }

  /// A node has lost what it knew. Its answers begin anew, and it may give a value that it gave before to another content.
  /// At each node by itself no value may name two contents all the same.
  ///
  /// - Parameter divides: values are compared at each node by itself from now on.
  package mutating func forget(_ node: String, divides: Bool = true) {
    if divides { isDivided = true }
    greatest = greatest.filter { $0.key.node != node }
    kept = kept.filter { $0.key.node != node }
    contents = contents.filter { $0.key.node != node }
    losses[node, default: 0] += 1
  }

  /// A node without rows of its own answers what its upstream has, also where the upstream has lost what it knew.
  package mutating func release(_ node: String) { released.insert(node) }

  /// The node has not forgotten what it knew since the question left.
  func isCurrent(_ ticket: Ticket) -> Bool { losses[ticket.node] ?? 0 == ticket.loss }

  /// What the next answer of a node must reach, if any must.
  func greatest(of package: String, at node: String) -> Dotted? {
    greatest[Place(node: node, package: package, checksum: "")]
  }

  private mutating func take(_ value: Dotted, _ ticket: Ticket, _ question: String, excuses: () -> Bool) {
    guard ticket.promise != .nothing, !released.contains(ticket.node) else { return }
    for node in isDivided ? [ticket.node] : [nil, ticket.node] {
      let name = Name(node: node, package: ticket.package, value: value)
      if let other = contents[name], other != ticket.checksum, node != nil || !excuses() {
        violations.append("\(question): the value \(value.parts) names \(other) too")
      }
      contents[name] = ticket.checksum
    }
    guard ticket.promise == .neverDown else { return }
    if ticket.isKept {
      let place = Place(node: ticket.node, package: ticket.package, checksum: ticket.checksum)
      if let before = kept[place], before != value {
        violations.append("\(question): the value with history was \(before.parts) and is \(value.parts)")
      }
      kept[place] = value
    } else {
      if let least = ticket.atLeast, value < least {
        violations.append("\(question): \(value.parts) after \(least.parts)")
      }
      let place = Place(node: ticket.node, package: ticket.package, checksum: "")
      greatest[place] = max(greatest[place] ?? value, value)
    }
  }
}
