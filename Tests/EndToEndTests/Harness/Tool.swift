// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// What a program that ran to its end left behind.
struct Outcome {
  let ending: ChildProcess.Ending
  let output: String
  let errors: String

  var errorLines: [String] {
    errors.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }
  var outputLines: [String] {
    output.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
  }

  /// Expects that it did what it was asked, and said nothing on stderr.
  @discardableResult
  func succeeded(sourceLocation: SourceLocation = #_sourceLocation) -> Outcome {
    #expect(ending == .exit(0), "\(errors)", sourceLocation: sourceLocation)
    #expect(errors == "", sourceLocation: sourceLocation)
    return self
  }

  /// Expects an exit code, nothing on stdout and exactly one line on stderr that holds the given texts.
  @discardableResult
  func failed(
    _ code: CInt = 1, saying texts: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) -> Outcome {
    #expect(ending == .exit(code), sourceLocation: sourceLocation)
    #expect(output == "", sourceLocation: sourceLocation)
    #expect(errorLines.count == 1 && errors.hasSuffix("\n"), "\(errors)", sourceLocation: sourceLocation)
    for text in texts { #expect(errors.contains(text), "\(errors)", sourceLocation: sourceLocation) }
    return self
  }
}

/// Runs a program of ours to its end.
func run(
  _ product: Product, _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder
) throws -> Outcome {
  let process = try ChildProcess(product.path, arguments, environment: environment, in: folder.path)
  let ending = try process.wait()
  return Outcome(ending: ending, output: process.output.text, errors: process.errors.text)
}

/// `headwater` in a folder of its own.
struct Tool {
  let folder: TemporaryFolder

  init(in folder: TemporaryFolder? = nil) throws { self.folder = try folder ?? TemporaryFolder() }

  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try EndToEndTests.run(.headwater, arguments, environment: environment, in: folder)
  }

  func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
    try EndToEndTests.run(.headwater, arguments, environment: environment, in: folder)
  }
}
