// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRWire

/// The options of the table that stand together in the help.
package protocol OptionSection: Sendable {
  static func contains(_ option: OptionDefinition) -> Bool
}

package enum TLSSection: OptionSection {
  package static func contains(_ option: OptionDefinition) -> Bool { option.key.text.hasPrefix("tls.") }
}

package enum StatusSection: OptionSection {
  package static func contains(_ option: OptionDefinition) -> Bool { option.key.text.hasPrefix("status") }
}

package enum LimitSection: OptionSection {
  package static func contains(_ option: OptionDefinition) -> Bool { option.key.text.hasPrefix("limits.") }
}

/// All that is in no other section.
package enum GeneralSection: OptionSection {
  package static func contains(_ option: OptionDefinition) -> Bool {
    !TLSSection.contains(option) && !StatusSection.contains(option) && !LimitSection.contains(option)
  }
}

/// A section of the table as a group of options of the command line.
///
/// The argument parser finds the options of a type by reflection, and then decodes the type. So this type reflects and decodes
/// a property wrapper for each row, in place of a property that repeats the row.
package struct SectionOptions<Section: OptionSection>: ParsableArguments, CustomReflectable {
  /// What the arguments give.
  package private(set) var given = OptionValues()

  package init() {}

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: OptionName.self)
    for option in Self.options {
      if let value = try option.decode(from: container) { given.set(option, value) }
    }
  }

  package var customMirror: Mirror {
    Mirror(self, children: Self.options.map { (label: $0.name, value: $0.wrapper) }, displayStyle: .struct)
  }

  private static var options: [OptionDefinition] { ServeOptions.all.filter(Section.contains) }
}

private struct OptionName: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension OptionDefinition {
  /// The property wrapper of the argument parser.
  fileprivate var wrapper: Any {
    let (name, help) = (NameSpecification.customLong(name), ArgumentHelp(self))
    guard kind != .flag else {
      return isOn
        ? Flag<Bool?>(wrappedValue: nil, name: name, inversion: .prefixedNo, help: help)
        : Flag<Bool>(wrappedValue: false, name: name, help: help)
    }
    let completion: CompletionKind? = words.isEmpty ? nil : .list(words)
    return isRepeated
      ? Option<[OptionValue]>(wrappedValue: [], name: name, help: help, completion: completion, transform: argument)
      : Option<OptionValue?>(wrappedValue: nil, name: name, help: help, completion: completion, transform: argument)
  }

  @Sendable private func argument(_ text: String) throws -> OptionValue {
    do throws(OptionMistake) {
      return try read(text)
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// - Returns: nil where the arguments do not give the option.
  fileprivate func decode(from container: KeyedDecodingContainer<OptionName>) throws -> OptionValue? {
    let key = OptionName(stringValue: name)
    switch (kind, isOn, isRepeated) {
    case (.flag, true, _): return try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map(OptionValue.init)
    case (.flag, false, _):
      return try container.decode(Flag<Bool>.self, forKey: key).wrappedValue ? OptionValue(true) : nil
    case (_, _, true): return try container.decode(Option<[OptionValue]>.self, forKey: key).wrappedValue.reduce(join)
    case (_, _, false): return try container.decode(Option<OptionValue?>.self, forKey: key).wrappedValue
    }
  }
}

extension Array {
  /// All joined from the first on; nil for none.
  fileprivate func reduce(_ join: (Element, Element) -> Element) -> Element? {
    first.map { dropFirst().reduce($0, join) }
  }
}
