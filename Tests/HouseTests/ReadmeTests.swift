// SPDX-License-Identifier: Apache-2.0
import Testing

/// A reader who runs the README's commands in their order does not meet an address or a database of an earlier one.
@Suite("The README")
struct ReadmeTests {
  /// The commands of the blocks of shell, each as its words.
  private static let commands: [[String]] = {
    var (commands, isShell, line) = ([[String]](), false, "")
    for text in SourceTree.text("README.md").split(separator: "\n", omittingEmptySubsequences: false) {
      if text.hasPrefix("```") {
        isShell = text == "```sh"
      } else if isShell {
        line += text.hasSuffix("\\") ? String(text.dropLast()) : String(text)
        if text.hasSuffix("\\") { continue }
        commands.append(line.split(separator: " ").map(String.init))
        line = ""
      }
    }
    return commands
  }()

  private static func values(of option: String, in command: [String]) -> [String] {
    zip(command, command.dropFirst()).filter { $0.0 == option }.map(\.1)
  }

  private static func serves(_ command: [String]) -> Bool {
    command.contains("serve") || (command.contains("bitbake-prserv") && command.contains("--start"))
  }

  @Test("no two of its servers listen on one port")
  func ports() {
    let ports = Self.commands.filter(Self.serves).flatMap { command -> [String] in
      let listen = Self.values(of: "--listen", in: command) + Self.values(of: "--port", in: command)
      return listen.isEmpty ? ["8585"] : listen.map { String($0.split(separator: ":").last ?? "") }
    }
    #expect(ports.count > 6 && Set(ports).count == ports.count, "\(ports)")
  }

  @Test("no two of its servers have one database")
  func databases() {
    let names = Self.commands.filter(Self.serves).map { command in
      ["--database", "--frozen", "--file"].flatMap { Self.values(of: $0, in: command) }.first ?? "prserv.sqlite3"
    }
    #expect(Set(names).count == names.count, "\(names)")
  }

  @Test("it says where Swift comes from")
  func swift() { #expect(SourceTree.text("README.md").contains("https://www.swift.org/install/")) }
}
