// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Another program, run to its end.
struct Command {
  let status: Int32
  let output: String

  struct Failed: Error { let text: String }

  /// - Parameter input: what it reads; its input ends after that.
  static func run(_ program: String, _ arguments: [String], input: String = "") throws -> Command {
    // Not Foundation's Process: it counts the descriptors of this process while other tests open theirs, and crashes.
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-input-\(UUID().uuidString)")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let words = ([program] + arguments).map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    guard let stream = popen("\(words) < '\(file.path)' 2>&1", "re") else {
      throw Failed(text: "\(words) did not start")
    }
    var output = Data()
    var piece = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = fread(&piece, 1, piece.count, stream)
      if count == 0 { break }
      output.append(contentsOf: piece[..<count])
    }
    let ending = pclose(stream)
    let status = ending & 0x7F == 0 ? ending >> 8 & 0xFF : ending & 0x7F
    return Command(status: status, output: String(decoding: output, as: UTF8.self))
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
