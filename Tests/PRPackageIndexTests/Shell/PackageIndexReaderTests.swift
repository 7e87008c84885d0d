// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRPackageIndex

@Suite("Readers of indexes")
struct PackageIndexReaderTests {
  private static let compressions = Compression.allCases.filter { IndexFolder.has($0.rawValue) }
  private let reader = PackageIndexReader()
  private let folder: IndexFolder

  init() throws { folder = try IndexFolder() }

  private func compressed(_ path: String, by compression: Compression) async throws -> [UInt8] {
    try await folder.run(compression.rawValue, "-c", input: try IndexFixture.bytes(path))
  }

  @Test("a compressed index gives what it contains, whatever it is called", arguments: compressions)
  func compressed(compression: Compression) async throws {
    for fixture in ["ipk/Packages", "rpm/primary.xml"] {
      let name = String(fixture.split(separator: "/").last ?? "")
      let plain = try folder.write(try IndexFixture.bytes(fixture), to: name)
      let expected = try await reader.entries(plain)
      #expect(expected.compactMap(\.published).count == 2)
      let path = try folder.write(try await compressed(fixture, by: compression), to: name)
      #expect(try await reader.entries(path) == expected)
    }
  }

  @Test("progress ends at the file's own length, and bytes are counted after decompression")
  func progress() async throws {
    let bytes = try await compressed("ipk/Packages", by: .gzip)
    let path = try folder.write(bytes, to: "Packages.gz")
    var steps: [IndexProgress] = []
    let summary = try await reader.read(.file(path: path), progress: { steps.append($0) }, { _ in })
    #expect(steps.last?.position == UInt64(bytes.count) && steps.last?.length == UInt64(bytes.count))
    #expect(summary.bytes == UInt64(try IndexFixture.bytes("ipk/Packages").count))
    #expect(summary.indexes == 1 && summary.packages == 2 && summary.refused == 0)
  }

  @Test("an index that is cut off or damaged is an error, never a shorter index", arguments: compressions)
  func damaged(compression: Compression) async throws {
    let bytes = try await compressed("ipk/Packages", by: compression)
    var flipped = bytes
    flipped[bytes.count / 2] ^= 0x55
    let flippedPath = try folder.write(flipped, to: "flipped")
    await #expect(throws: IndexError.self) { try await reader.entries(flippedPath) }
    for damage in [Array(bytes.dropLast()), Array(bytes.prefix(bytes.count / 2)), Array(bytes.prefix(7))] {
      let path = try folder.write(damage, to: "Packages")
      let error = await #expect(throws: IndexError.self) { try await reader.entries(path) }
      guard case .failedProgram(compression.rawValue, path, let detail) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(!detail.isEmpty)
    }
  }

  @Test("a program that is missing is named, with the package that has it", arguments: compressions)
  func missing(compression: Compression) async throws {
    let path = try folder.write(try await compressed("ipk/Packages", by: compression), to: "Packages.gz")
    let reader = PackageIndexReader { _ in "headwater-no-such-program" }
    let error = await #expect(throws: IndexError.self) { try await reader.entries(path) }
    #expect(
      error
        == .missingProgram(name: "headwater-no-such-program", package: compression.package, path: path))
    #expect(error.map { "\($0)".contains("install the package \(compression.package)") } == true)
  }

  @Test("what the body throws ends the reading and the program")
  func body() async throws {
    struct Enough: Error {}
    let text = Array(repeating: try IndexFixture.bytes("ipk/Packages"), count: 5000).joined()
    let path = try folder.write(try await folder.run("gzip", "-c", input: Array(text)), to: "Packages.gz")
    let script = try folder.write("#!/bin/sh\necho $$ > '\(folder.path)/pid'\nexec gzip -dc\n".utf8, to: "script")
    #expect(chmod(script, 0o700) == 0)
    let reader = PackageIndexReader { _ in script }
    var count = 0
    await #expect(throws: Enough.self) {
      try await reader.read(.file(path: path)) { _ in
        count += 1
        if count == 3 { throw Enough() }
      }
    }
    #expect(count == 3)
    let pid = try String(contentsOfFile: folder.path + "/pid", encoding: .utf8).trimmingCharacters(in: .newlines)
    #expect(kill(try #require(pid_t(pid)), 0) == -1 && errno == ESRCH)
  }

  @Test("a bomb of one line costs no more than the longest line")
  func bomb() async throws {
    let zeros = try await folder.run("gzip", "-c", input: [UInt8](repeating: 0x30, count: 64 << 20))
    let path = try folder.write(zeros, to: "Packages.gz")
    await #expect(
      throws: IndexError.malformed(IndexPlace(file: path, line: 1), problem: .longLine(limit: IndexLimits.line))
    ) {
      try await reader.entries(path)
    }
  }

  @Test("what cannot be read is an error with its path")
  func unreadable() async throws {
    let none = folder.path + "/none"
    await #expect(throws: IndexError.missing(path: none)) { try await reader.entries(none) }
    await #expect(throws: IndexError.folder(path: folder.path)) { try await reader.entries(folder.path) }
  }

  @Test("a pipe gives what a file gives, compressed or not")
  func pipe() async throws {
    let expected = try await reader.entries(
      try folder.write(try IndexFixture.bytes("ipk/Packages"), to: "Packages"))
    for bytes in [try IndexFixture.bytes("ipk/Packages"), try await compressed("ipk/Packages", by: .gzip)] {
      let path = folder.path + "/pipe-\(bytes.count)"
      #expect(mkfifo(path, 0o600) == 0)
      Thread { try? FileHandle(forWritingTo: URL(fileURLWithPath: path)).write(contentsOf: Data(bytes)) }.start()
      let entries = try await reader.entries(path)
      #expect(entries.map(\.place.line) == expected.map(\.place.line))
      #expect(entries.map(\.published?.name) == expected.map(\.published?.name))
    }
  }

  @Test("the packages of all indexes that are read for one purpose have a limit")
  func tooMany() async throws {
    let folder = try IndexFolder()
    let entry = "Package: a\nVersion: 1-r0.7\nArchitecture: all\nFilename: a.ipk\n\n"
    let path = try folder.write((entry + entry).utf8, to: "Packages")
    func read(before: Int) async throws -> Int {
      try await PackageIndexReader().read(.file(path: path), before: before) { _ in }.packages
    }
    #expect(try await read(before: IndexLimits.packages - 2) == 2)
    await #expect(throws: IndexError.tooManyPackages(path: path, limit: IndexLimits.packages)) {
      try await read(before: IndexLimits.packages - 1)
    }
  }
}
