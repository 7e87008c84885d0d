// SPDX-License-Identifier: Apache-2.0

/// One complaint about a topology file.
package struct Diagnostic: Hashable, Sendable, Encodable {
  /// As it was given to the reader.
  package let file: String
  /// Counts from 1.
  package let line: Int
  /// Counts Unicode scalars from 1.
  package let column: Int
  package let severity: Severity
  /// Which rule of docs/topology-format.md it belongs to.
  package let rule: Rule
  package let message: String
  /// What to write instead, where that is known.
  package let suggestion: String?
  /// The line, and below it a caret.
  let excerpt: String

  package enum Severity: String, Hashable, Sendable, Encodable {
    /// The file cannot be used.
    case error
    /// The file can be used, and is likely not what was meant.
    case warning
  }

  /// What a complaint is about. docs/topology-format.md has a row for each.
  package enum Rule: String, Hashable, Sendable, CaseIterable, Encodable {
    case address, authority, certificates, cycle
    case duplicateKey = "duplicate-key"
    case encoding, frozen
    case lane
    case laneCount = "lane-count"
    case laneRepeated = "lane-repeated"
    case level, mirror
    case mixedNumbering = "mixed-numbering"
    case name
    case noRoot = "no-root"
    case plainUpstream = "plain-upstream"
    case role
    case sameAddress = "same-address"
    case sync, syntax
    case tlsFile = "tls-file"
    case type
    case unknownKey = "unknown-key"
    case unknownUpstream = "unknown-upstream"
    case unreachable, value
  }

  private enum CodingKeys: CodingKey { case file, line, column, severity, rule, message, suggestion }
}

extension Diagnostic: CustomStringConvertible {
  /// `file:line:column: error: message`.
  package var headline: String { "\(file):\(line):\(column): \(severity.rawValue): \(message)" }

  /// `file:line:column: error: message`, the line, a caret, and what to do.
  package var description: String {
    headline + "\n" + excerpt + (suggestion.map { "\n  help: \($0)" } ?? "")
  }
}

/// Collects the complaints about one file.
final class DiagnosticCollector {
  private let file: String
  private let source: SourceText
  private var found: Set<Diagnostic> = []

  init(file: String, source: SourceText) {
    self.file = file
    self.source = source
  }

  func error(_ rule: Diagnostic.Rule, at place: SourceLocation, _ message: String, help: String? = nil) {
    add(.error, rule, place, message, help)
  }

  func warning(_ rule: Diagnostic.Rule, at place: SourceLocation, _ message: String, help: String? = nil) {
    add(.warning, rule, place, message, help)
  }

  private func add(
    _ severity: Diagnostic.Severity, _ rule: Diagnostic.Rule, _ place: SourceLocation, _ message: String,
    _ help: String?
  ) {
    // What stands in `defaults:` is read for every node, and complained about once.
    found.insert(
      Diagnostic(
        file: file, line: place.line, column: place.column, severity: severity, rule: rule, message: message,
        suggestion: help, excerpt: source.excerpt(at: place)))
  }

  var hasErrors: Bool { found.contains { $0.severity == .error } }

  /// In the order of the file.
  var sorted: [Diagnostic] {
    found.sorted { ($0.line, $0.column, $0.message) < ($1.line, $1.column, $1.message) }
  }
}
