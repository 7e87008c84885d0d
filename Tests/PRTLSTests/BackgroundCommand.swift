// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Another program that goes on until it is told to stop.
final class BackgroundCommand {
  private let process = Process()
  private let input = Pipe()  // open: `openssl s_server` ends with its input
  private let output = Pipe()
  private let end: ProcessEnd
  private var read = ""

  init(_ program: String, _ arguments: [String]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    end = ProcessEnd(process)
    try process.run()
  }

  deinit {
    // Our threads block the politer signals, and so does a child of theirs.
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  func write(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// Reads on until a pattern's first group has matched.
  func wait(for pattern: Regex<(Substring, Substring)>) throws -> String {
    while true {
      if let match = try pattern.firstMatch(in: read) { return String(match.1) }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Command.Failed(text: "it ended; it wrote: \(read)") }
      read += String(decoding: more, as: UTF8.self)
    }
  }

  /// Waits until it ends by itself.
  func waitForEnd() throws -> (status: Int32, output: String) {
    read += String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    return (try end.wait(), read)
  }
}
