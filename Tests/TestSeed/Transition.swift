// SPDX-License-Identifier: Apache-2.0
import Testing

/// A state machine: a value that takes events and returns actions.
package protocol Machine: Sendable {
  associatedtype State: Hashable & Sendable
  associatedtype Event: Hashable & Sendable
  associatedtype Action: Hashable & Sendable

  var state: State { get }

  mutating func handle(_ event: Event) -> [Action]
}

/// A pair of state and event, and what it leads to.
package struct Transition<Subject: Machine>: Sendable, CustomTestStringConvertible {
  /// In the state.
  private let subject: Subject
  private let event: Subject.Event
  private let actions: [Subject.Action]
  /// Nil where its name is enough.
  private let next: Subject.State?
  private let nextName: String

  /// - Parameter path: the events that lead from the beginning to the state.
  package init(
    _ start: Subject, _ path: [Subject.Event], _ event: Subject.Event, _ actions: [Subject.Action],
    _ next: Subject.State
  ) {
    subject = start.after(path)
    self.event = event
    self.actions = actions
    self.next = next
    nextName = caseName(next)
  }

  /// - Parameter next: the name of the state that follows.
  package init(
    _ start: Subject, _ path: [Subject.Event], _ event: Subject.Event, _ actions: [Subject.Action], named next: String
  ) {
    subject = start.after(path)
    self.event = event
    self.actions = actions
    self.next = nil
    nextName = next
  }

  /// The pair changes nothing.
  package static func ignored(_ start: Subject, _ path: [Subject.Event], _ event: Subject.Event) -> Transition {
    Transition(start, path, event, [], start.after(path).state)
  }

  fileprivate var pair: String { "\(caseName(subject.state)), \(caseName(event))" }

  package var testDescription: String { "\(pair) -> \(nextName)" }

  package func check(sourceLocation: SourceLocation = #_sourceLocation) {
    var subject = subject
    #expect(subject.handle(event) == actions, sourceLocation: sourceLocation)
    #expect(caseName(subject.state) == nextName, sourceLocation: sourceLocation)
    if let next { #expect(subject.state == next, sourceLocation: sourceLocation) }
  }
}

extension Machine {
  package func after(_ events: [Event]) -> Self {
    var machine = self
    for event in events { _ = machine.handle(event) }
    return machine
  }
}

/// The pairs of states and events that a table leaves out.
package func missing<Subject>(
  in table: [Transition<Subject>], states: [String], events: [String]
) -> [String] {
  let named = Set(table.map(\.pair))
  return states.flatMap { state in events.map { "\(state), \($0)" } }.filter { !named.contains($0) }
}

/// The name of a case, without its values.
package func caseName(_ value: some Any) -> String { String(String(describing: value).prefix { $0 != "(" }) }
