// SPDX-License-Identifier: Apache-2.0

/// A value as devices compare it: numbers with dots. It shares no code with the rules.
struct Dotted: Hashable, Comparable {
  let parts: [UInt64]

  init(_ text: String) { parts = text.split(separator: ".").map { UInt64($0) ?? .max } }

  static func < (one: Dotted, other: Dotted) -> Bool { one.parts.lexicographicallyPrecedes(other.parts) }
}
