// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess
import Testing

@testable import PRPackageIndex

/// A folder for one test.
final class IndexFolder {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("headwater-index-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  @discardableResult
  func write(_ bytes: some Sequence<UInt8>, to name: String) throws -> String {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: url.appendingPathComponent(name).path, withDestinationPath: target)
  }

  /// Runs a program in the folder, and gives its standard output.
  @discardableResult
  func run(_ program: String, _ arguments: String..., input: [UInt8] = []) async throws -> [UInt8] {
    let result = try await Subprocess.run(
      .name(program), arguments: Arguments(arguments),
      environment: .inherit.updating(["GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"]),
      workingDirectory: .init(path), input: .array(input), output: .bytes(limit: 1 << 28),
      error: .string(limit: 1 << 20))
    #expect(result.terminationStatus == .exited(0), "\(program): \(result.standardError)")
    return result.standardOutput
  }

  static func has(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }
}

extension PackageIndexReader {
  /// Reads a whole index.
  func entries(_ path: String) async throws -> [IndexEntry] {
    var entries: [IndexEntry] = []
    let summary = try await read(.file(path: path)) { entries.append($0) }
    #expect(summary.packages + summary.refused == entries.count)
    return entries
  }
}
