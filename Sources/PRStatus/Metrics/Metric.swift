// SPDX-License-Identifier: Apache-2.0

/// One thing that is measured, with its meaning.
struct Metric: Hashable, Sendable {
  enum Kind: String, Hashable, Sendable {
    /// It only grows, until the process ends.
    case counter
    case gauge
    case histogram
  }

  /// With its unit at the end, as Prometheus wants it; that of a counter ends in `_total`.
  let name: String
  let kind: Kind
  /// Nil for what is merely counted.
  let unit: String?
  let help: String
  /// What tells its values apart.
  let labels: [String]

  init(_ name: String, _ kind: Kind, unit: String? = nil, labels: [String] = [], _ help: String) {
    self.name = "headwater_\(name)"
    self.kind = kind
    self.unit = unit
    self.help = help
    self.labels = labels
  }
}
