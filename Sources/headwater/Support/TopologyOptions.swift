// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRTopology

/// Which node of which file a server is. The file's values are put behind the arguments as the options that they stand for,
/// so that one place reads them and what is on the command line wins.
struct TopologyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take the options of a node of this file; options on the command line win. See docs/topology-format.md.",
      valueName: "file"))
  var topology: String?

  @Option(help: ArgumentHelp("The name of this server's node in the --topology.", valueName: "name"))
  var node: String?

  func validate() throws {
    if (topology == nil) != (node == nil) { throw ValidationError("--topology and --node go together") }
  }

  /// - Returns: the arguments of `serve`, with those that only the topology gives put behind them.
  @Sendable static func complete(_ arguments: [String], _ options: CommandOptions) throws -> [String] {
    // Behind `--` nothing is an option.
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let given = Array(arguments[..<end])
    guard given.first == "serve", !given.contains("--help"), !given.contains("-h"),
      let path = last("topology", in: given), let name = last("node", in: given)
    else { return arguments }
    let file = TopologyFile(path: path)
    // The files of other nodes are on other machines; those of this one are looked for when they are read.
    let reading = try file.read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    guard let node = topology[name] else {
      let hint = topology.nearest(to: name).map { "did you mean '\($0)'?" } ?? topology.names.joined(separator: ", ")
      throw UserFacingError("\(path) has no node '\(name)': \(hint)")
    }
    let added = node.serveOptions(file.resolve).filter { !CommandOptions.isGiven($0.name, in: given) }
    for option in added where !options.takes(option.name, in: ["serve"]) {
      throw UserFacingError(
        "\(path):\(option.place.line):\(option.place.column): the node '\(name)' needs --\(option.name), which this version of headwater does not have yet"
      )
    }
    return given + added.map(\.argument) + arguments[end...]
  }

  /// The value that an option was given last.
  private static func last(_ name: String, in arguments: [String]) -> String? {
    var value: String?
    for (index, argument) in arguments.enumerated() {
      if argument == "--\(name)", index + 1 < arguments.count { value = arguments[index + 1] }
      if argument.hasPrefix("--\(name)=") { value = String(argument.dropFirst(name.count + 3)) }
    }
    return value
  }
}
