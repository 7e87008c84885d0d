// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess

/// A program of the system whose standard output is read to its end. It has ended when the reading has.
struct ChildProcess {
  /// A name, which is searched for in PATH, or a path.
  let program: String
  let arguments: [String]
  /// The distribution's package that has the program.
  let package: String
  /// What is read with it, for errors.
  let path: String
  /// Variables of the environment that it does not get.
  var unset: [String] = []
  /// Variables that it gets, whatever they are in the environment.
  var set: [String: String] = [:]

  /// Runs it, and gives what it writes in chunks.
  ///
  /// - Parameter afterChunk: called after the body with each chunk.
  /// - Throws: ``IndexError``, or what the body throws, for which the program is ended.
  func run(
    input: some InputProtocol, afterChunk: () async throws -> Void = {}, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    // The chunks are read as fast as they are used: the program waits for room in the pipe.
    let status: TerminationStatus
    let errors: [UInt8]
    do {
      let result = try await Subprocess.run(
        program.contains("/") ? .path(.init(program)) : .name(program), arguments: Arguments(arguments),
        environment: environment, input: input, output: .sequence,
        error: .bytes(limit: IndexLimits.errorOutput)
      ) { execution in
        for try await chunk in execution.standardOutput {
          try Task.checkCancellation()
          try chunk.withUnsafeBytes { try body($0) }
          try await afterChunk()
        }
      }
      (status, errors) = (result.terminationStatus, result.standardError)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw IndexError.missingProgram(name: program, package: package, path: path)
    } catch let error as SubprocessError {
      throw failure("\(error)")
    }
    guard status == .exited(0) else {
      let line = errors.split(separator: 0x0A).first.map { String(decoding: $0, as: UTF8.self) }
      throw failure(line.map(IndexText.quoted) ?? "it \(status)")
    }
  }

  private func failure(_ detail: String) -> IndexError {
    .failedProgram(name: program, path: path, detail: detail)
  }

  private var environment: Environment {
    // Messages in English; no options but ours.
    var changes: [Environment.Key: String?] = ["LC_ALL": "C"]
    for name in ["GZIP", "XZ_OPT", "XZ_DEFAULTS"] + unset {
      changes.updateValue(nil, forKey: Environment.Key(stringLiteral: name))
    }
    for (name, value) in set { changes.updateValue(value, forKey: Environment.Key(stringLiteral: name)) }
    return .inherit.updating(changes)
  }
}
