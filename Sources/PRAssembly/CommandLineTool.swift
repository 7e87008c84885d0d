// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRWire

/// Runs a command line the way both programs do it: options also from `HEADWATER_...`, errors as one line.
package struct CommandLineTool<Root: AsyncParsableCommand>: Sendable {
  private let usesEnvironment: Bool
  private let usageExitCode: Int32
  private let namesItself: Bool
  private let insteadOf: [String: String]
  private let described: Result<CommandOptions, any Error>
  private let rewrite: @Sendable ([String]) -> [String]

  /// - Parameters:
  ///   - usesEnvironment: every option may also come from its environment variable.
  ///   - usageExitCode: the exit code for a command line that cannot be understood.
  ///   - namesItself: errors begin with the program's name.
  ///   - rewrite: puts arguments into the form of the argument parser.
  ///   - insteadOf: what to write instead of options that other programs have; by their names without dashes.
  package init(
    _ root: Root.Type, usesEnvironment: Bool, usageExitCode: Int32 = 64, namesItself: Bool = true,
    insteadOf: [String: String] = [:], rewrite: @escaping @Sendable ([String]) -> [String] = { $0 }
  ) {
    self.usesEnvironment = usesEnvironment
    self.usageExitCode = usageExitCode
    self.namesItself = namesItself
    self.insteadOf = insteadOf
    self.rewrite = rewrite
    described = Result { try CommandOptions(of: root) }
  }

  package func run() async -> Never {
    do {
      var command = try command()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      end(error)
    }
  }

  /// What the process's command line asks for. What it names is read anew each time.
  package func command() throws -> any ParsableCommand {
    let command = try Root.parseAsRoot(arguments())
    guard var command = command as? any CompletedCommand else { return command }
    try command.complete()
    return command
  }

  /// The options of all commands. The parser describes them once: that takes longer than all else that is done with options.
  package var options: CommandOptions { get throws { try described.get() } }

  /// The arguments of the process, with those that only the environment gives.
  package func arguments() throws -> [String] {
    let arguments = rewrite(Array(CommandLine.arguments.dropFirst()))
    guard usesEnvironment else { return arguments }
    return try EnvironmentOptions(options).complete(arguments, from: ProcessInfo.processInfo.environment)
  }

  /// What is wrong, on one line.
  package func explanation(of error: any Error) -> String {
    if let error = error as? any LongExplanation { return error.oneLine }
    let isUsage = Root.exitCode(for: error) == .validationFailure
    let text = (isUsage ? Root.message(for: error) : "\(error)").split(whereSeparator: \.isNewline)
      .joined(separator: " ")
    guard isUsage else { return text }
    let arguments = Array(CommandLine.arguments.dropFirst())
    let commands = try? options.commandNames
    return UsageAdvice(options: insteadOf, commands: commands ?? []).completed(text, for: arguments)
      + variables(namedIn: text, arguments)
  }

  /// Where a message is about an option that only the environment gave: by which variable.
  private func variables(namedIn text: String, _ arguments: [String]) -> String {
    guard usesEnvironment, let options = try? options else { return "" }
    let given = EnvironmentOptions(options).given(beside: arguments, by: ProcessInfo.processInfo.environment)
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "-") }
    let named = given.filter { option in words.contains { $0 == "--\(option)" } }
    guard !named.isEmpty else { return "" }
    return "; set by \(named.map(OptionDefinition.variable).joined(separator: " and "))"
  }

  private func end(_ error: any Error) -> Never {
    let code = Root.exitCode(for: error)
    if code.isSuccess {  // help and version come this way
      print(Root.fullMessage(for: error))
      exit(0)
    }
    let name = Root.configuration.commandName ?? "\(Root.self)"
    let isUsage = code == .validationFailure
    var text = explanation(of: error)
    if isUsage { text += " (see '\(([name] + subcommand).joined(separator: " ")) --help')" }
    if let error = error as? any LongExplanation {
      write("\(error)")
    } else if !(error is ExitCode) {
      write(namesItself ? "\(name): \(text)" : text)
    }
    exit(isUsage ? usageExitCode : code == .failure ? 1 : code.rawValue)
  }

  /// After the lines of the log, and without waiting for a pipe that is not read.
  private func write(_ text: String) {
    LogWriter.standardError.append(text, .text)
    LogWriter.standardError.flush()
  }

  private var subcommand: [String] {
    (try? options.path(of: CommandLine.arguments.dropFirst())) ?? []
  }
}

/// A command that is whole only with what it reads besides its arguments.
package protocol CompletedCommand: ParsableCommand {
  /// Reads that, and checks the whole.
  ///
  /// - Throws: ``ValidationError`` where the options contradict each other, and the errors of what it reads.
  mutating func complete() throws
}

/// A failure that takes several lines to explain, and stands for itself.
package protocol LongExplanation: Error, CustomStringConvertible {
  /// For a log.
  var oneLine: String { get }
}
