// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The project's own files, as text.
enum SourceTree {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  struct File: CustomStringConvertible, Sendable {
    /// From the project's root: `Sources/PRWire/WireLimits.swift`.
    let path: String
    let lines: [String]

    var description: String { path }
    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isCore: Bool { path.contains("/Core/") }
    var imports: [String] {
      lines.compactMap { line in
        line.hasPrefix("import ") || line.hasPrefix("@testable import ")
          ? line.split(separator: " ").last.map(String.init) : nil
      }
    }
  }

  /// The names of what lies in a folder.
  static func names(in folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
    return (names ?? []).sorted()
  }

  static func text(_ path: String) -> String {
    (try? String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)) ?? ""
  }

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
  }

  static let sources = files(under: "Sources")
  static let tests = files(under: "Tests")
  /// The Markdown files that a person reads.
  static let pages = ["README.md"] + ["docs", "topology"].flatMap { paths(under: $0, ending: ".md") }

  private static func files(under folder: String) -> [File] {
    paths(under: folder, ending: ".swift").map { File(path: $0, lines: text($0).components(separatedBy: "\n")) }
  }

  /// The files of a folder and of those in it, from the project's root.
  static func paths(under folder: String, ending: String) -> [String] {
    let base = root.appendingPathComponent(folder)
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }
}
