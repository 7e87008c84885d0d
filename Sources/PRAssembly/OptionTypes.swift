// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRWire

extension OptionForm {
  /// Reads an argument of a command line.
  ///
  /// - Throws: ``ValidationError`` that says what is right.
  @Sendable package func argument(_ text: String) throws -> Value {
    do throws(OptionMistake) {
      return try read(text)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

extension Endpoint {
  /// For `transform:`. A port alone is one of this machine.
  ///
  /// - Throws: ``ValidationError`` that says what is wrong with the address.
  @Sendable package static func parse(_ argument: String) throws -> Endpoint {
    do throws(Malformed) {
      return try Endpoint(orPort: argument)
    } catch {
      throw ValidationError(error.description)
    }
  }
}

extension ArgumentHelp {
  /// What the table says of an option.
  package init(_ option: OptionDefinition) { self.init(option.help, valueName: option.valueName) }
}
