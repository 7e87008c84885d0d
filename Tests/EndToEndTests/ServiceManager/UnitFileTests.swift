// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

private enum Analyzer {
  static let path = "/usr/bin/systemd-analyze"
  static var isThere: Bool { FileManager.default.isExecutableFile(atPath: path) }
}

/// The units in topology/systemd, as systemd itself reads them.
@Suite(
  "The unit files", .ownThreads, .enabled(if: Analyzer.isThere, "systemd-analyze is missing: .ci/install everything"))
struct UnitFileTests {
  private static let units = ["headwater.service", "headwater.socket"]

  private static let source = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("topology/systemd")

  /// Both as they are, but that the program is the one that was built: verifying looks whether it is there.
  private static func copies() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for unit in units {
      let text = try String(contentsOf: source.appendingPathComponent(unit), encoding: .utf8)
      try folder.write(
        text.replacing("ExecStart=/usr/bin/headwater ", with: "ExecStart=\(Product.headwater.path) "), to: unit)
    }
    return folder
  }

  private func analyze(_ arguments: [String], in folder: TemporaryFolder) throws -> Outcome {
    let process = try ChildProcess(
      Analyzer.path, arguments, environment: ["SYSTEMD_COLORS": "0", "SYSTEMD_PAGER": ""], in: folder.path)
    let ending = try process.wait()
    return Outcome(ending: ending, output: process.output.text, errors: process.errors.text)
  }

  @Test("have nothing that systemd complains about")
  func sound() throws {
    let folder = try Self.copies()
    let outcome = try analyze(["verify", "--man=no"] + Self.units.map { "./\($0)" }, in: folder).succeeded()
    #expect(outcome.output == "")
  }

  @Test("name the program and the options that there are")
  func program() throws {
    let text = try String(contentsOf: Self.source.appendingPathComponent("headwater.service"), encoding: .utf8)
    let start = try #require(text.split(separator: "\n").first { $0.hasPrefix("ExecStart=/usr/bin/headwater ") })
    let words = start.split(separator: " ").dropFirst().map(String.init)
    try Tool().run(words + ["--help"]).succeeded()
  }

  @Test("let the server do little besides serving")
  func exposure() throws {
    let folder = try Self.copies()
    // In tenths, as the option counts.
    let outcome = try analyze(["security", "--offline=yes", "--threshold=20", "./headwater.service"], in: folder)
    #expect(outcome.ending == .exit(0), "\(outcome.output.suffix(200))\(outcome.errors)")
    #expect(outcome.output.contains("Overall exposure level for headwater.service"))
  }
}
