// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import Subprocess

/// A program that runs until it is ended, and what its output says. Its standard input ends with this process.
struct ChildCommand: Sendable {
  let program: String
  let arguments: [String]
  /// Variables besides those that it inherits; nil takes one away.
  let variables: [String: String?]
  var folder: String?
  /// Ends it in order.
  let stopSignal: Signal
  /// Whether a line of its output says that it is ready.
  let isReady: @Sendable (_ line: String) -> Bool

  struct Running {
    let pid: pid_t
    let signal: @Sendable (Signal) -> Void
  }

  /// Runs it to its end.
  func run(begin: (Running) -> Void, hear: (String) -> Void) async throws -> TerminationStatus {
    var platform = PlatformOptions()
    // Ctrl-C is for us: those below end before those above.
    platform.processGroupID = 0
    let result = try await Subprocess.run(
      .path(.init(program)), arguments: Arguments(arguments), environment: environment,
      workingDirectory: folder.map { .init($0) }, platformOptions: platform, input: .inputWriter, output: .sequence,
      error: .combinedWithOutput
    ) { execution in
      begin(Running(pid: execution.processIdentifier.value) { try? execution.send(signal: $0) })
      for try await line in execution.standardOutput.strings() { hear(line.trimmingCharacters(in: .newlines)) }
    }
    return result.terminationStatus
  }

  private var environment: Environment {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in variables { changes.updateValue(value, forKey: Environment.Key(stringLiteral: name)) }
    return .inherit.updating(changes)
  }

  /// Takes away the variables whose names begin so.
  static func without(_ prefixes: String...) -> [String: String?] {
    let names = ProcessInfo.processInfo.environment.keys.filter { name in prefixes.contains { name.hasPrefix($0) } }
    var variables: [String: String?] = [:]
    for name in names { variables.updateValue(nil, forKey: name) }
    return variables
  }
}

extension ChildCommand {
  /// A node: this program, without the options that are meant for `topology up`.
  static func node(_ options: [String]) throws -> ChildCommand {
    guard let program = Bundle.main.executablePath else { throw UserFacingError("the program's own file is not found") }
    var variables = without("HEADWATER_")
    variables[ParentExitMonitor.variable] = "1"
    return ChildCommand(
      program: program, arguments: ["serve"] + options, variables: variables, stopSignal: .terminate,
      // The last that it says on standard output once it answers.
      isReady: { $0.hasPrefix("status on ") })
  }
}
