// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRWire
import TestThreads
import Testing

/// The program and docs/operations/options.md have exactly the options of the table, and say the same of each.
@Suite("The table of options", .ownThreads)
struct OptionTableTests {
  /// Options of `serve` that are in no table: they name a topology, or end the program.
  private static let outside: Set = ["topology", "node", "version", "help"]

  /// By the name of the option, what the program says of it.
  private let program: [String: JSONValue]
  /// By the name of the option, the cells of its row in the docs, without marks of code.
  private let docs: [String: [String]]
  private let rowCount: Int

  init() throws {
    let help = try JSONValue(Tool().run("serve", "--experimental-dump-help").succeeded().output)
    var program: [String: JSONValue] = [:]
    for argument in help["command"]?["arguments"]?.elements ?? [] {
      for name in argument["names"]?.elements ?? [] where name["kind"]?.string == "long" {
        program[try #require(name["name"]?.string)] = argument
      }
    }
    self.program = program
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../docs/operations/options.md").standardized
    let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `--") }
      .map { row in
        row.replacing("`", with: "").split(separator: "|", omittingEmptySubsequences: false)
          .map { $0.trimmingCharacters(in: .whitespaces) }.dropFirst().dropLast()
      }
    rowCount = rows.count
    docs = Dictionary(rows.map { (String($0[$0.startIndex].dropFirst(2)), Array($0.dropFirst())) }) { $1 }
  }

  @Test("the program has its options and those that name a topology, and no others")
  func options() {
    let table = ServeOptions.all.map(\.name) + ServeOptions.all.filter(\.isOn).map { "no-\($0.name)" }
    #expect(table.count > 40 && Set(table).count == table.count)
    #expect(Set(program.keys) == Set(table).union(Self.outside))
  }

  @Test("the docs have a row for each of its options, and no others")
  func rows() {
    #expect(Set(docs.keys) == Set(ServeOptions.all.map(\.name)))
    #expect(docs.count == rowCount)
  }

  @Test("a row of the docs has variable, key, type and default of the option", arguments: ServeOptions.all.map(\.name))
  func row(name: String) throws {
    let option = try #require(ServeOptions.all.first { $0.name == name })
    let cells = try #require(docs[name])
    #expect(
      cells.dropLast() == [option.variable, option.key.text, option.type, option.standard ?? "none"], "--\(name)")
  }

  @Test("the help has values, bounds and default of the option", arguments: ServeOptions.all.map(\.name))
  func help(name: String) throws {
    let option = try #require(ServeOptions.all.first { $0.name == name })
    let argument = try #require(program[name])
    #expect(argument["abstract"]?.string == option.help)
    #expect((argument["kind"]?.string == "flag") == (option.kind == .flag))
    let isPlainFlag = option.kind == .flag && !option.isOn
    if let standard = option.standard, !isPlainFlag { #expect(option.help.hasSuffix("default: \(standard))")) }
    for word in option.words { #expect(option.help.contains(word)) }
  }
}
