// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Another program, run to its end.
struct Command {
  let status: Int32
  let output: String

  /// One at a time: Foundation's own has crashed here when two were started at once.
  private static let starting = Mutex(())

  struct Failed: Error { let text: String }

  /// - Parameter input: what it reads; its input ends after that.
  static func run(_ program: String, _ arguments: [String], input: String = "") throws -> Command {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (reading, writing) = (Pipe(), Pipe())
    process.standardInput = writing
    process.standardOutput = reading
    process.standardError = reading
    let end = ProcessEnd(process)
    // A program that ended does not read its input; that is no reason for us to end too.
    signal(SIGPIPE, SIG_IGN)
    try starting.withLock { _ in try process.run() }
    try? writing.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try? writing.fileHandleForWriting.close()
    let output = try reading.fileHandleForReading.readToEnd() ?? Data()
    return Command(status: try end.wait(), output: String(decoding: output, as: UTF8.self))
  }

  /// Runs a program that has to succeed.
  @discardableResult
  static func check(_ program: String, _ arguments: [String]) throws -> String {
    let command = try run(program, arguments)
    guard command.status == 0 else {
      throw Failed(text: "\(program) \(arguments.joined(separator: " ")): \(command.output)")
    }
    return command.output
  }

  static func isThere(_ program: String) -> Bool { (try? run(program, ["--version"]))?.status == 0 }
}

/// Waits for a process on any thread: `waitUntilExit` needs a run loop of its own, and may miss the end.
final class ProcessEnd: Sendable {
  private let status = Mutex<Int32?>(nil)
  private let isOver = DispatchSemaphore(value: 0)

  /// - Parameter process: not yet running.
  init(_ process: Process) {
    process.terminationHandler = { [self] process in
      status.withLock { $0 = process.terminationStatus }
      isOver.signal()
    }
  }

  func wait() throws -> Int32 {
    guard isOver.wait(timeout: .now() + 60) == .success, let status = status.withLock({ $0 }) else {
      throw Command.Failed(text: "a process did not end within 60 s")
    }
    isOver.signal()
    return status
  }
}
