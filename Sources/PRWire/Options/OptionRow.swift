// SPDX-License-Identifier: Apache-2.0

/// A row of the table of options: all that holds for one option wherever it is written or read.
package struct OptionRow<Value: Hashable & Sendable>: Sendable, DefinedOption {
  package let definition: OptionDefinition
  /// What holds where the option is not given.
  package let standard: Value

  /// An option with a default value.
  ///
  /// - Parameters:
  ///   - name: without dashes. The environment variable follows from it.
  ///   - key: of a node in a topology, `limits.max-line` below `limits`; without it, the name.
  ///   - help: a sentence for the command line; values, bounds and the default are added.
  init(
    _ name: String, key: TopologyKey? = nil, _ form: OptionForm<Value>, _ standard: Value, valueName: String? = nil,
    _ help: String
  ) {
    let written = (standard as? Bool).map { $0 ? "on" : "off" } ?? form.write(standard)
    definition = OptionDefinition(
      name, key, form, .one, standard: written, isOn: standard as? Bool ?? false, valueName, help)
    self.standard = standard
  }

  /// An option without a default value.
  ///
  /// - Parameter otherwise: what holds where it is not given, in words.
  init<Given>(
    _ name: String, key: TopologyKey? = nil, _ form: OptionForm<Given>, otherwise: String? = nil,
    valueName: String? = nil, _ help: String
  ) where Value == Given? {
    definition = OptionDefinition(name, key, form, .one, standard: otherwise, valueName, help)
    standard = nil
  }

  /// An option that is repeated for each of its values.
  init<Element>(
    _ name: String, key: TopologyKey? = nil, each form: OptionForm<Element>, standard: [Element] = [],
    otherwise: String? = nil, valueName: String? = nil, _ help: String
  ) where Value == [Element] {
    let written = standard.isEmpty ? otherwise : standard.map(form.write).joined(separator: ",")
    definition = OptionDefinition(name, key, form, .several, standard: written, valueName, help)
    self.standard = standard
  }
}

/// An option, whatever the type of its value.
package protocol DefinedOption {
  var definition: OptionDefinition { get }
}

/// The key of an option in a topology file.
package enum TopologyKey: Hashable, Sendable {
  /// A key whose value is one word.
  case word(String)
  /// A key with more structure, for which the topology's reader has code of its own.
  case structure(String)

  package var text: String {
    switch self {
    case .word(let text), .structure(let text): text
    }
  }
}

extension TopologyKey: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self = .word(text) }
}
