// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// Which options the commands of a tool take, as the argument parser tells it.
package struct CommandOptions: Sendable {
  private let tool: ToolDescription.Command

  package init<Root: ParsableCommand>(of root: Root.Type) throws {
    tool = try JSONDecoder().decode(ToolDescription.self, from: Data(Self.description(of: root).utf8)).command
  }

  /// The parser answers by an error, as it does for help.
  private static func description<Root: ParsableCommand>(of root: Root.Type) -> String {
    do {
      _ = try root.parseAsRoot(["--experimental-dump-help"])
      return ""
    } catch {
      return root.fullMessage(for: error)
    }
  }

  /// The words that arguments begin with to name a command.
  func path(of arguments: some Sequence<String>) -> [String] {
    var (command, path) = (tool, [String]())
    for word in arguments {
      guard let next = command.subcommands?.first(where: { $0.commandName == word }) else { break }
      path.append(word)
      command = next
    }
    return path
  }

  /// The names of the commands of the tool.
  var commandNames: [String] { (tool.subcommands ?? []).map(\.commandName) }

  /// The long names of all options of all commands, each once, in their order.
  package var longNames: [String] {
    var (names, commands) = ([String](), [tool])
    while let command = commands.popLast() {
      commands += (command.subcommands ?? []).reversed()
      for name in (command.arguments ?? []).flatMap({ $0.names ?? [] })
      where name.kind == "long" && !names.contains(name.name) {
        names.append(name.name)
      }
    }
    return names
  }

  /// Whether an option stands in arguments, or the flag that says its opposite.
  package static func isGiven(_ name: String, in arguments: some Sequence<String>) -> Bool {
    let positive = name.hasPrefix("no-") ? String(name.dropFirst(3)) : name
    return arguments.contains { argument in
      [positive, "no-\(positive)"].contains { argument == "--\($0)" || argument.hasPrefix("--\($0)=") }
    }
  }

  /// Whether all of these stand on the command line of the process, whatever the environment says.
  package static func areGiven(_ names: String...) -> Bool {
    let arguments = CommandLine.arguments.prefix { $0 != "--" }
    return names.allSatisfy { isGiven($0, in: arguments) }
  }

  /// The options of the command that the arguments begin with.
  func options(of arguments: [String]) -> [ToolDescription.Argument] {
    var command = tool
    for word in arguments {
      guard let next = command.subcommands?.first(where: { $0.commandName == word }) else { break }
      command = next
    }
    return command.commandName == tool.commandName ? [] : command.arguments ?? []
  }
}

/// What `--experimental-dump-help` tells of a tool, as far as it is needed here.
struct ToolDescription: Decodable, Sendable {
  let command: Command

  struct Command: Decodable, Sendable {
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?
  }

  struct Argument: Decodable, Sendable {
    let kind: String
    let isRepeating: Bool
    let names: [Name]?
  }

  struct Name: Decodable, Sendable {
    let kind: String
    let name: String
  }
}
