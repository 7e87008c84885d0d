// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

/// A line of a decision table: the rule of docs/numbering.md that it shows, the facts, and what must come out.
struct DecisionCase: Sendable, CustomTestStringConvertible {
  let rule: String
  let history: History
  let local: LocalFacts
  let upstream: UpstreamView
  let expected: Decision

  init(_ rule: String, _ history: History, _ local: LocalFacts, _ upstream: UpstreamView, _ expected: Decision) {
    self.rule = rule
    self.history = history
    self.local = local
    self.upstream = upstream
    self.expected = expected
  }

  var testDescription: String { rule }

  /// Compares spellings too: `1` and `01` are equal as revisions, and are not the same answer.
  func check(_ decision: Decision) {
    #expect(decision == expected, "\(rule)")
    #expect(decision.value?.text == expected.value?.text, "\(rule)")
  }
}

extension LocalFacts {
  /// The package has no own row.
  static let empty = LocalFacts()

  /// The package has own rows, the checksum has none.
  static func unknown(_ greatest: String, under: String? = nil, taken: Bool = false) -> LocalFacts {
    LocalFacts(
      greatest: revision(greatest), greatestUnderUpstream: under.map(revision), upstreamValueIsTaken: taken)
  }

  /// The checksum has own values, all below the package's greatest.
  static func superseded(_ greatest: String, least: String, taken: Bool = false) -> LocalFacts {
    LocalFacts(
      greatest: revision(greatest), standing: .superseded, least: revision(least), upstreamValueIsTaken: taken)
  }

  /// The checksum holds the package's greatest value.
  static func current(_ greatest: String, least: String) -> LocalFacts {
    LocalFacts(greatest: revision(greatest), standing: .current(revision(greatest)), least: revision(least))
  }
}

extension UpstreamView {
  /// The upstream's greatest value of the package and its greatest of the checksum.
  static func knows(_ greatest: String, value: String? = nil) -> UpstreamView {
    .facts(UpstreamFacts(greatest: revision(greatest), value: value.map(revision)))
  }

  static let knowsNothing = UpstreamView.facts(.nothing)
}

extension Decision {
  static func answer(_ text: String, _ reason: Reason) -> Decision { .answer(revision(text), reason) }
  static func record(_ text: String, _ reason: Reason) -> Decision { .record(revision(text), reason) }
  static func overflow(_ text: String) -> Decision { .refuse(.overflow(revision(text))) }
}
