// SPDX-License-Identifier: Apache-2.0
import Foundation
import FuzzTargets
import TestThreads
import Testing

/// What the fuzzer has found, and what it begins with, is read in every run of the tests: see docs/fuzzing.md.
@Suite("The corpora of the fuzzer", .ownThreads)
struct CorpusTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fuzz/Corpora")

  private static func names(in folder: URL) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  @Test("each input keeps what its target promises", arguments: FuzzTarget.all)
  func inputs(target: FuzzTarget) throws {
    let folder = Self.folder.appendingPathComponent(target.name)
    let names = Self.names(in: folder)
    #expect(names.count >= 3)
    for name in names {
      let input = try Data(contentsOf: folder.appendingPathComponent(name))
      #expect(throws: Never.self, "\(target.name)/\(name)") {
        try input.withUnsafeBytes { try target.run($0) }
      }
    }
  }

  @Test("an empty input, and some of one byte, are read", arguments: FuzzTarget.all)
  func shortest(target: FuzzTarget) throws {
    try target.run(UnsafeRawBufferPointer(start: nil, count: 0))
    for byte: UInt8 in [0, 1, 2, 3, 4, 5, 10, 31, 64, 91, 123, 127, 128, 200, 254, 255] {
      try withUnsafeBytes(of: byte) { try target.run($0) }
    }
  }

  @Test("each corpus is small, and has a target")
  func corpora() throws {
    #expect(Self.names(in: Self.folder) == FuzzTarget.all.map(\.name).sorted())
    for target in FuzzTarget.all {
      let folder = Self.folder.appendingPathComponent(target.name)
      #expect(Self.names(in: folder).count <= 64, "\(target)")
      for name in Self.names(in: folder) {
        let path = folder.appendingPathComponent(name).path
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max
        #expect(size <= target.limits.length, "\(target)/\(name)")
      }
    }
  }
}

extension FuzzTarget: CustomTestStringConvertible {
  public var testDescription: String { name }
}
