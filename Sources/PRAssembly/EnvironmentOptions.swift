// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRWire

/// Gives every option `--some-name` of a command the environment variable `HEADWATER_SOME_NAME`. What stands on the
/// command line wins. A repeatable option takes a list joined by blanks or commas; a flag takes 1, true, 0 or false.
struct EnvironmentOptions {
  private let options: CommandOptions

  init(_ options: CommandOptions) { self.options = options }

  /// - Returns: the arguments, with those that only the environment gives put behind them.
  func complete(_ arguments: [String], from environment: [String: String]) throws -> [String] {
    // Behind `--` nothing is an option.
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    var added: [String] = []
    let known = options.options(of: arguments)
    let taken = Set(known.flatMap { $0.names ?? [] }.map(\.name))
    for option in known {
      guard let long = option.names?.first(where: { $0.kind == "long" })?.name,
        let value = environment[OptionDefinition.variable(long)], !value.isEmpty,
        !Self.isGiven(option, in: arguments[..<end])
      else { continue }
      switch option.kind {
      case "option":
        let values = option.isRepeating ? Self.list(value) : [value]
        for value in values { added.append("--\(long)=\(value)") }
      case "flag":
        let name = try Self.isTrue(value, long) ? long : Self.opposite(of: long)
        let flag = "--\(name)"
        // Both names of a flag may have said the same.
        if taken.contains(name), !added.contains(flag) { added.append(flag) }
      default: break
      }
    }
    return Array(arguments[..<end]) + added + Array(arguments[end...])
  }

  /// The long names of the options that the environment gives, and the arguments do not.
  func given(beside arguments: [String], by environment: [String: String]) -> [String] {
    let own = arguments.prefix { $0 != "--" }
    return options.options(of: arguments).compactMap { option in
      guard let long = option.names?.first(where: { $0.kind == "long" })?.name,
        !(environment[OptionDefinition.variable(long)] ?? "").isEmpty, !Self.isGiven(option, in: own)
      else { return nil }
      return long
    }
  }

  /// Joined by blanks, or by commas where no value has one of its own.
  private static func list(_ text: String) -> [String] {
    let hasOwnCommas = text.contains("=") || text.contains(where: \.isWhitespace)
    return text.split { $0.isWhitespace || (!hasOwnCommas && $0 == ",") }.map(String.init)
  }

  /// Each name of a flag with an opposite is an option of its own here.
  private static func opposite(of flag: String) -> String {
    flag.hasPrefix("no-") ? String(flag.dropFirst(3)) : "no-\(flag)"
  }

  private static func isGiven(_ option: ToolDescription.Argument, in arguments: ArraySlice<String>) -> Bool {
    (option.names ?? []).contains { name in
      name.kind == "long"
        ? CommandOptions.isGiven(name.name, in: arguments)
        : arguments.contains { $0.hasPrefix("-\(name.name)") }
    }
  }

  private static func isTrue(_ value: String, _ option: String) throws -> Bool {
    switch value.lowercased() {
    case "1", "true", "yes": return true
    case "0", "false", "no": return false
    default: throw ValidationError("\(OptionDefinition.variable(option)) is '\(value)': write 1 or 0")
    }
  }
}
