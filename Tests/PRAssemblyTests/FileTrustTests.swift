// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRAssembly

@Suite("Files that decide whom a node trusts")
struct FileTrustTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var purpose = FileTrust.Purpose.secret
    var owner: UInt32 = 1000
    let mode: UInt32
    /// A part of what is said; nil for a file that is in order.
    let words: String?
  }

  static let cases = [
    Case(testDescription: "a key for its owner alone", mode: 0o600, words: nil),
    Case(testDescription: "a key of root", owner: 0, mode: 0o400, words: nil),
    Case(testDescription: "a key that its group reads", mode: 0o640, words: nil),
    Case(testDescription: "a key that all read", mode: 0o644, words: "all users can read it"),
    Case(testDescription: "a key that its group writes", mode: 0o660, words: "other users can write it"),
    Case(testDescription: "a key of another user", owner: 1001, mode: 0o600, words: "belongs to another user"),
    Case(testDescription: "a certificate that all read", purpose: .publicly, mode: 0o644, words: nil),
    Case(
      testDescription: "authorities that all write", purpose: .publicly, mode: 0o666, words: "other users can write it"),
    Case(
      testDescription: "authorities of another user", purpose: .publicly, owner: 1001, mode: 0o644,
      words: "another user"),
  ]

  @Test("a file is told that other users can read or change", arguments: cases)
  func problem(example: Case) {
    let trust = FileTrust(purpose: example.purpose, owner: example.owner, mode: example.mode, ownUser: 1000)
    #expect((trust.problem == nil) == (example.words == nil))
    if let words = example.words { #expect(trust.problem?.contains(words) == true) }
  }

  @Test("owner and permissions are those of the file")
  func file() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString)").path
    try Data("secret".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (mode, isFine) in [(0o600, true), (0o644, false)] as [(mode_t, Bool)] {
      #expect(chmod(path, mode) == 0)
      #expect((FileTrust(path, .secret)?.problem == nil) == isFine)
    }
    #expect(FileTrust(path + ".missing", .secret) == nil)
  }
}
