// SPDX-License-Identifier: Apache-2.0

/// What was given for options, and for all others their defaults: `values.maxLine`.
@dynamicMemberLookup
package struct OptionValues: Hashable, Sendable {
  private var given: [String: OptionValue] = [:]

  package init() {}

  package typealias Row<Value: Hashable & Sendable> = KeyPath<ServeOptions, OptionRow<Value>>

  package subscript<Value>(dynamicMember row: Row<Value>) -> Value {
    let row = ServeOptions.table[keyPath: row]
    guard let value = given[row.definition.name] else { return row.standard }
    // The value was read by the row's form, or set by its type.
    return value.base as? Value ?? row.standard
  }

  package func isGiven<Value>(_ row: Row<Value>) -> Bool {
    given[ServeOptions.table[keyPath: row].definition.name] != nil
  }

  package mutating func set<Value>(_ row: Row<Value>, _ value: Value) {
    given[ServeOptions.table[keyPath: row].definition.name] = OptionValue(value)
  }

  package mutating func set<Value>(_ row: Row<Value?>, _ value: Value) {
    given[ServeOptions.table[keyPath: row].definition.name] = OptionValue(value)
  }

  /// Takes the option for one that is not given.
  package mutating func remove<Value>(_ row: Row<Value>) {
    given[ServeOptions.table[keyPath: row].definition.name] = nil
  }

  /// A value that was read by the definition.
  ///
  /// - Parameter value: nil takes the option for one that is not given.
  package mutating func set(_ option: OptionDefinition, _ value: OptionValue?) { given[option.name] = value }

  /// Takes what is not given from other values.
  package mutating func fill(from other: OptionValues) { given.merge(other.given) { own, _ in own } }

  /// Without what other values give.
  package func without(_ other: OptionValues) -> OptionValues {
    var rest = self
    rest.given = given.filter { other.given[$0.key] == nil }
    return rest
  }

  /// With each path that is given replaced.
  package func resolvingPaths(_ resolve: (String) -> String) -> OptionValues {
    var resolved = self
    for option in ServeOptions.all where option.kind == .path {
      if let path = given[option.name]?.base as? String, !DatabaseURL.isURL(path) {
        resolved.given[option.name] = OptionValue(resolve(path))
      }
    }
    return resolved
  }

  /// The arguments of `headwater serve` that give the same, in the order of the table.
  package var arguments: [String] {
    ServeOptions.all.flatMap { option in given[option.name].map(option.arguments) ?? [] }
  }
}

extension OptionValues {
  /// The case of an enumeration whose words the row has.
  package func word<Case: RawRepresentable<String>>(_ row: Row<String>) throws(OptionMistake) -> Case {
    let word = self[dynamicMember: row]
    if let value = Case(rawValue: word) { return value }
    throw OptionMistake("there is no \(ServeOptions.table[keyPath: row].definition.name) '\(word)'")
  }
}

/// A value of an option, whatever its type.
package struct OptionValue: Hashable, Sendable {
  let base: any Hashable & Sendable

  package init(_ base: any Hashable & Sendable) { self.base = base }

  package static func == (left: OptionValue, right: OptionValue) -> Bool {
    AnyHashable(left.base) == AnyHashable(right.base)
  }

  package func hash(into hasher: inout Hasher) { base.hash(into: &hasher) }
}
