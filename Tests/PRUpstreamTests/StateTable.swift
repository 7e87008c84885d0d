// SPDX-License-Identifier: Apache-2.0
import Testing

/// A table of what each event does in each state of a machine, as text: a line for a state, with the events that do nothing
/// in it; under it, further in, a line for each other event, with the actions.
struct StateTable<State, Event>: Sendable
where
  State: RawRepresentable<String> & CaseIterable & Sendable, Event: RawRepresentable<String> & CaseIterable & Sendable
{
  struct Cell: Sendable, CustomTestStringConvertible {
    let state: State
    let event: Event
    let actions: String
    var testDescription: String { "\(state.rawValue), \(event.rawValue)" }
  }

  let cells: [Cell]

  init(_ text: String) {
    var cells: [Cell] = []
    var state: State?
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
      let isEvent = line.hasPrefix("  ")
      if !isEvent { state = State(rawValue: parts[0]) }
      let names = isEvent ? [Substring(parts[0].dropFirst(2))] : parts.count > 1 ? parts[1].split(separator: " ") : []
      for name in names {
        guard let state, let event = Event(rawValue: String(name)) else { continue }
        cells.append(Cell(state: state, event: event, actions: isEvent ? String(parts[1].dropFirst()) : ""))
      }
    }
    self.cells = cells
  }

  /// Whether each pair of a state and an event stands in the table, once.
  var isComplete: Bool {
    let all = State.allCases.flatMap { state in Event.allCases.map { "\(state.rawValue), \($0.rawValue)" } }
    return cells.map(\.testDescription).sorted() == all.sorted()
  }
}
