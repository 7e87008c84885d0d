// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTopology
import TestThreads
import Testing

/// An option of `headwater serve` stands in the program, in the keys of a topology and in two tables of the docs. All say the
/// same of its name, its variable and its default.
@Suite("The options of 'headwater serve'", .ownThreads)
struct OptionTableTests {
  /// An option as the program describes itself.
  private struct Option {
    let name: String
    /// Nil where the help has it in words.
    let standard: String?
    let isFlag: Bool
  }

  /// A line of the table in docs/operations/options.md.
  private struct Line {
    let variables: [String]
    let standard: String
  }

  /// Those that belong to no topology: they name it, or end the program.
  private static let outside: Set = ["topology", "node", "version", "help"]
  /// Those whose keys have more structure than a word; docs/topology-format.md has them under names of their own.
  private static let structured: Set = ["name", "listen", "upstream", "rights"]

  private let options: [String: Option]
  private let lines: [String: Line]

  init() throws {
    let help = try JSONValue(Tool().run("serve", "--experimental-dump-help").succeeded().output)
    var options: [String: Option] = [:]
    for argument in help["command"]?["arguments"]?.elements ?? [] {
      guard let name = argument["names"]?.elements.last?["name"]?.string, !name.hasPrefix("no-") else { continue }
      let isFlag = argument["kind"]?.string == "flag"
      options[name] = Option(name: name, standard: isFlag ? nil : argument["defaultValue"]?.string, isFlag: isFlag)
    }
    self.options = options
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../docs/operations/options.md").standardized
    var lines: [String: Line] = [:]
    for row in try String(contentsOf: page, encoding: .utf8).split(separator: "\n") where row.hasPrefix("| `--") {
      let cells = row.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      let words = cells[2].matches(of: /`([A-Z_=0-9]+)`/).map { String($0.1) }
      for (index, name) in cells[1].matches(of: /`--([a-z-]+)`/).map({ String($0.1) }).enumerated() {
        lines[name] = Line(variables: words.indices.contains(index) ? [words[index]] : [], standard: cells[3])
      }
    }
    self.lines = lines
  }

  @Test("each stands in the table of the docs, with its variable, and nothing else does")
  func table() {
    #expect(options.count > 40)
    let documented = Set(lines.keys.map { $0.hasPrefix("no-") ? String($0.dropFirst(3)) : $0 })
    #expect(documented == Set(options.keys).subtracting(["version", "help"]))
    for (name, line) in lines {
      let isOff = name.hasPrefix("no-")
      let word = (isOff ? String(name.dropFirst(3)) : name).uppercased().replacing("-", with: "_")
      #expect(line.variables == ["HEADWATER_\(word)\(isOff ? "=0" : "")"], "--\(name)")
    }
  }

  @Test("each has its key in a topology file, and each key an option")
  func keys() {
    let keys = Set(Setting.all.map(\.option)).union(Self.structured)
    #expect(keys == Set(options.keys).subtracting(Self.outside))
  }

  @Test("each has the same default in all places", arguments: Setting.all.map(\.option))
  func standard(name: String) throws {
    let setting = try #require(Setting.all.first { $0.option == name })
    let option = try #require(options[name])
    if case .flag = setting.kind {
      #expect(option.isFlag)
      return
    }
    if let standard = option.standard { #expect(standard == setting.standard) }
    guard let standard = setting.standard else { return }
    let line = try #require(lines[name])
    #expect(line.standard.replacing("`", with: "") == standard)
  }
}
