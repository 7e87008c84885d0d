// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

/// `topology/release.yaml`, as `topology up` runs it.
@Suite("The release", .ownThreads)
struct ReleaseTests {
  private static let tuples = (0..<400).map { ("package-\($0 % 40)", "content-\($0)") }

  @Test("a mirror is frozen, unplugged, and builds what it built on the day")
  func release() throws {
    let folder = try TemporaryFolder()
    let day = try freeze(in: folder)
    let release = try Federation("release.yaml", in: folder)
    // Development goes on; then nobody is left to ask.
    for (version, _) in Self.tuples.prefix(40) {
      _ = try release["headquarters"].connect().ask(Requests.getPR(version, "later"))
    }
    for name in ["headquarters", "mirror"] {
      try release[name].signal(SIGKILL)
      release.waitForLog(of: name, "ended by signal 9")
    }
    let frozen = try release["release-5.0"].connect()
    for ((version, checksum), value) in zip(Self.tuples, day) {
      #expect(try frozen.ask(Requests.getPR(version, checksum)) == value)
    }
    let miss = try frozen.ask(Requests.getPR("package-0", "later")).refusal ?? "none"
    #expect(miss.contains("package-0 core2-64 later"), "\(miss)")
    try release.stop()
  }

  /// Develops for a day, and freezes what the mirror has copied of it.
  ///
  /// - Returns: what the mirror answered.
  private func freeze(in folder: TemporaryFolder) throws -> [JSONValue] {
    let release = try Federation("release.yaml", in: folder)
    #expect(try release["release-5.0"].pid == nil, "nothing is frozen yet")
    let headquarters = try release["headquarters"].connect()
    for (version, checksum) in Self.tuples { _ = try headquarters.ask(Requests.getPR(version, checksum)) }
    let mirror = try release["mirror"]
    var feed = try FeedReader(mirror.connect())
    try feed.wait { $0.count >= Self.tuples.count }
    let connection = try mirror.connect()
    let answers = try Self.tuples.map { try connection.ask(Requests.getPR($0.0, $0.1)) }
    #expect(answers.allSatisfy { $0.value != nil }, "\(answers.prefix(3))")
    try Tool(in: folder).run("freeze", "--database", mirror.database, "release-5.0.frozen").succeeded()
    try release.stop()
    return answers
  }
}
