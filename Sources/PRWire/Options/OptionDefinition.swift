// SPDX-License-Identifier: Apache-2.0

/// A row of the table of options without the type of its value: for what reads, writes or describes all options alike.
package struct OptionDefinition: Sendable {
  /// Without dashes.
  package let name: String
  package let key: TopologyKey
  package let kind: OptionKind
  /// For the documentation: `1 to 512`.
  package let type: String
  /// All values, where there are few.
  package let words: [String]
  /// What holds where the option is not given; nil: nothing.
  package let standard: String?
  /// A flag that is on where it is not given, and has an opposite.
  package let isOn: Bool
  package let isRepeated: Bool
  package let valueName: String?
  /// A sentence with values, bounds and default behind it.
  package let help: String
  /// Reads a value; of an option that is repeated, a list of one.
  package let read: @Sendable (String) throws(OptionMistake) -> OptionValue
  /// The arguments of a command line that say the value.
  let arguments: @Sendable (OptionValue) -> [String]
  /// One value of several that are given: the last, or all of an option that is repeated.
  package let join: @Sendable (OptionValue, OptionValue) -> OptionValue

  enum Count { case one, several }

  init<Element>(
    _ name: String, _ key: TopologyKey?, _ form: OptionForm<Element>, _ count: Count, standard: String?,
    isOn: Bool = false, _ valueName: String?, _ help: String
  ) {
    self.name = name
    self.key = key ?? .word(name)
    self.kind = form.kind
    self.type = form.type
    self.words = form.words
    self.standard = standard
    self.isOn = isOn
    self.isRepeated = count == .several
    self.valueName = valueName ?? (form.kind == .path ? "path" : nil)
    self.help = Self.completed(help, form, standard)
    switch count {
    case .one:
      read = { text throws(OptionMistake) in OptionValue(try form.read(text)) }
      arguments = { value in
        if let isSet = value.base as? Bool { return isSet ? ["--\(name)"] : isOn ? ["--no-\(name)"] : [] }
        return (value.base as? Element).map { ["--\(name)=\(form.write($0))"] } ?? []
      }
      join = { $1 }
    case .several:
      read = { text throws(OptionMistake) in OptionValue([try form.read(text)]) }
      arguments = { value in (value.base as? [Element] ?? []).map { "--\(name)=\(form.write($0))" } }
      join = { first, second in
        OptionValue((first.base as? [Element] ?? []) + (second.base as? [Element] ?? []))
      }
    }
  }

  /// The environment variable of an option, by its name.
  package static func variable(_ name: String) -> String {
    "HEADWATER_" + name.uppercased().replacing("-", with: "_")
  }

  package var variable: String { Self.variable(name) }

  private static func completed<Element>(_ help: String, _ form: OptionForm<Element>, _ standard: String?) -> String {
    // Of a flag that is off all is said by its name.
    let standard = form.kind == .flag && standard == "off" ? nil : standard
    let values = form.words.isEmpty ? nil : "values: \(form.words.joined(separator: ", "))"
    let notes = [values, form.bounds, standard.map { "default: \($0)" }].compactMap { $0 }
    return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
  }
}
