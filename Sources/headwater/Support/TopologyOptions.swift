// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRTopology
import PRWire

/// Which node of which file a server is. The file gives the options that neither the command line nor the environment gives.
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

  /// - Returns: what the file says for the node; nothing without a file.
  func values() throws -> OptionValues {
    guard let path = topology, let name = node else { return OptionValues() }
    let file = TopologyFile(path: path)
    // The files of other nodes are on other machines; those of this one are looked for when they are read.
    let reading = try file.read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    guard let node = topology[name] else {
      let hint = topology.nearest(to: name).map { "did you mean '\($0)'?" } ?? topology.names.joined(separator: ", ")
      throw UserFacingError("\(path) has no node '\(name)': \(hint)")
    }
    return node.serveOptions(file.resolve)
  }
}
