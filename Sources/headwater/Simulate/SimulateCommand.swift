// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Play a federation in virtual time: this program's own code on a simulated network.",
    subcommands: [SimulateFarm.self, SimulateStories.self], defaultSubcommand: SimulateFarm.self)
}
