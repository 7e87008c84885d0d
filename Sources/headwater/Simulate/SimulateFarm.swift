// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRSimulation
import PRTopology
import PRWire

struct SimulateFarm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "farm",
    abstract: "Play the federation of a topology file with its builders, for days of virtual time.",
    discussion: """
      Each build packages some recipes, half of them recently changed ones, over a \
      connection for each as BitBake has. The report says how fast the answers were, what went over each line, how old the copies were, and \
      how the numbers grew.
      """)

  @Argument(help: "A topology file.") var file: String
  @Option(help: "How many builders there are, spread evenly over the nodes.") var builders = 100
  @Option(
    name: .customLong("builders-at"),
    help: ArgumentHelp("So many builders ask this node; may be given several times.", valueName: "NAME=N"))
  var buildersAt: [String] = []
  @Option(help: "How many days pass.") var days = 7
  @Option(help: "The seed: the same one gives the same run.") var seed: UInt64 = 1
  @Option(
    help: ArgumentHelp(
      "The line of a node to its upstreams is cut for so long each day, such as pune=2h/day; may be given several times.",
      valueName: "NAME=TIME/day"))
  var cut: [String] = []
  @Option(
    help: ArgumentHelp(
      "The delay one way of the line of a node to its upstreams, such as pune=150ms. Default: 40ms, and none to the same host.",
      valueName: "NAME=TIME"))
  var delay: [String] = []
  @Option(help: ArgumentHelp("What each line between hosts carries.", valueName: "megabits/s")) var bandwidth = 100.0
  @Option(help: "How many recipes there are.") var recipes = 3000
  @Option(help: "How many recipes change in a day.") var changes = 400
  @Option(help: "How many builds a builder makes in a day.") var builds = 1.0
  @Option(name: .customLong("recipes-per-build"), help: "How many recipes a build packages.") var recipesPerBuild = 20
  @Option(name: .customLong("local-share"), help: "The share of contents that one node alone has.")
  var localShare = 0.05
  @Flag(help: "Say also what the loss of each machine for an hour would do: a day more for each node.")
  var outages = false
  @Flag(help: "Print JSON.") var json = false
  @Option(help: ArgumentHelp("Write the report as one HTML page, too.", valueName: "path")) var html: String?

  func validate() throws {
    guard (0...1_000_000).contains(builders) else { throw ValidationError("--builders is from 0 to 1000000") }
    guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650") }
    guard bandwidth > 0, bandwidth <= 1_000_000 else { throw ValidationError("--bandwidth is above 0") }
    guard (1...1_000_000).contains(recipes) else { throw ValidationError("--recipes is from 1 to 1000000") }
    guard (0...1_000_000).contains(changes) else { throw ValidationError("--changes is from 0 to 1000000") }
    guard (0...1000).contains(builds) else { throw ValidationError("--builds is from 0 to 1000") }
    guard (1...100_000).contains(recipesPerBuild) else {
      throw ValidationError("--recipes-per-build is from 1 to 100000")
    }
    guard (0...1).contains(localShare) else { throw ValidationError("--local-share is from 0 to 1") }
  }

  func run() async throws {
    let reading = try TopologyFile(path: file).read(looksForCertificates: false)
    guard let topology = reading.topology else { throw TopologyMistakes(diagnostics: reading.diagnostics) }
    let plan = try FarmOptions(self).plan(of: topology)
    var progress = ProgressBar("simulating")
    var report = FarmRun.play(plan) { progress.update(share: $0) }
    report.title = topology.title
    if outages { report.outages = FarmRun.outages(of: plan) { progress.update(share: $0) } }
    progress.finish()
    if let html {
      let sink = try TextSink(path: html)
      try sink.write(FarmPage(report).text)
      try sink.finish()
    }
    if json { print(try report.jsonLine) } else { print(FarmText(report).text) }
    guard report.violations.isEmpty else { throw ExitCode.failure }
  }
}
