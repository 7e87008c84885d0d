// SPDX-License-Identifier: Apache-2.0
import Testing

/// A table of what each event does in each state of a machine, as text: a line for a state, with the events that do nothing
/// in it; under it, further in, more of these, and a line for each other event, with the actions.
package struct StateTable<State, Event>: Sendable
where
  State: RawRepresentable<String> & CaseIterable & Sendable, Event: RawRepresentable<String> & CaseIterable & Sendable
{
  package struct Cell: Sendable, CustomTestStringConvertible {
    package let state: State
    package let event: Event
    package let actions: String
    package var testDescription: String { "\(state.rawValue), \(event.rawValue)" }
  }

  package let cells: [Cell]

  package init(_ text: String) {
    var cells: [Cell] = []
    var state: State?
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1)
      let isState = !line.hasPrefix("  ")
      if isState { state = State(rawValue: String(parts[0])) }
      let hasActions = !isState && parts.count > 1
      let events = isState ? parts.dropFirst().first ?? "" : parts[0]
      for name in events.split(separator: " ") {
        guard let state, let event = Event(rawValue: String(name)) else { continue }
        cells.append(Cell(state: state, event: event, actions: hasActions ? String(parts[1].dropFirst()) : ""))
      }
    }
    self.cells = cells
  }

  /// Whether each pair of a state and an event stands in the table, once.
  package var isComplete: Bool {
    let all = State.allCases.flatMap { state in Event.allCases.map { "\(state.rawValue), \($0.rawValue)" } }
    return cells.map(\.testDescription).sorted() == all.sorted()
  }
}
