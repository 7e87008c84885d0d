// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation

/// Runs a command line the way both programs do it: options also from `HEADWATER_...`, errors as one line.
public enum CommandLineTool {
  /// - Parameters:
  ///   - usesEnvironment: every option may also come from its environment variable.
  ///   - usageExitCode: the exit code for a command line that cannot be understood.
  ///   - namesItself: errors begin with the program's name.
  ///   - complete: adds what comes from elsewhere to the arguments that were given.
  public static func run<Root: AsyncParsableCommand>(
    _ root: Root.Type, usesEnvironment: Bool, usageExitCode: Int32 = 64, namesItself: Bool = true,
    complete: ((_ arguments: [String], _ options: CommandOptions) throws -> [String])? = nil
  ) async -> Never {
    var arguments = Array(CommandLine.arguments.dropFirst())
    do {
      if usesEnvironment {
        let options = try CommandOptions(of: root)
        arguments = try EnvironmentOptions(options).complete(arguments, from: ProcessInfo.processInfo.environment)
        if let complete { arguments = try complete(arguments, options) }
      }
      var command = try root.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      exit(0)
    } catch {
      end(root, error, arguments, usageExitCode, namesItself)
    }
  }

  private static func end<Root: ParsableCommand>(
    _ root: Root.Type, _ error: any Error, _ arguments: [String], _ usageExitCode: Int32, _ namesItself: Bool
  ) -> Never {
    let code = root.exitCode(for: error)
    if code.isSuccess {  // help and version come this way
      print(root.fullMessage(for: error))
      exit(0)
    }
    let name = root.configuration.commandName ?? "\(root)"
    let isUsage = code == .validationFailure
    var text = isUsage ? root.message(for: error) : "\(error)"
    text = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    if isUsage {
      let subcommand = arguments.first.flatMap { word in
        root.configuration.subcommands.first { $0._commandName == word }.map { _ in word }
      }
      text += " (see '\([name, subcommand].compactMap(\.self).joined(separator: " ")) --help')"
    }
    if !(error is ExitCode) {
      FileHandle.standardError.write(Data((namesItself ? "\(name): \(text)\n" : "\(text)\n").utf8))
    }
    exit(isUsage ? usageExitCode : code == .failure ? 1 : code.rawValue)
  }
}
