// SPDX-License-Identifier: Apache-2.0
import TestThreads
import Testing

@testable import bitbake_prserv

@Suite("Which pid file is believed", .ownThreads)
struct PidFileRuleTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let rule: PidFileRule
    let verdict: PidFileRule.Verdict

    init(
      _ name: String, owner: UInt32 = 1000, isRegularFile: Bool = true, links: Int = 1, isLocked: Bool = true,
      _ process: PidFileRule.Process?, _ verdict: PidFileRule.Verdict
    ) {
      testDescription = name
      rule = PidFileRule(
        owner: owner, isRegularFile: isRegularFile, links: links, isLocked: isLocked, process: process)
      self.verdict = verdict
    }
  }

  private static func process(_ executable: String?, owner: UInt32 = 1000, _ words: String...) -> PidFileRule.Process {
    PidFileRule.Process(owner: owner, executable: executable, words: words)
  }

  private static let ours = process("bitbake-prserv", "bitbake-prserv", "--start")
  private static let theirs = process("python3.11", "python3", "/opt/bitbake/bin/bitbake-prserv", "--start")

  static let cases = [
    Case("our server, with its lock", ours, .server),
    Case("our server's number, and no lock: it has another file", isLocked: false, ours, .stale),
    Case("BitBake's server, which holds no lock", isLocked: false, theirs, .server),
    Case("BitBake's server, and a lock of another program", theirs, .refused(.notAServer)),
    Case(
      "a Python that runs another program", isLocked: false, process("python3.11", "python3", "other.py"), .stale),
    Case(
      "a program that only calls itself so", isLocked: false, process("sleep", "python3", "bitbake-prserv"), .stale),
    Case("another program, and a lock", process("sleep", "bitbake-prserv"), .refused(.notAServer)),
    Case("a program that cannot be read, and a lock", process(nil, "bitbake-prserv"), .refused(.notAServer)),
    Case(
      "another user's file, which names a server of root",
      owner: 65_534, process("bitbake-prserv", owner: 0), .refused(.foreignProcess)),
    Case(
      "the same with BitBake's server",
      owner: 65_534, isLocked: false, process("python3", owner: 0, "python3", "bitbake-prserv"),
      .refused(.foreignProcess)),
    Case("a number that nobody has", isLocked: false, nil, .stale),
    Case("a number that nobody has, and a lock", nil, .refused(.lockedWithoutProcess)),
    Case("a second name", links: 2, ours, .refused(.linked)),
    Case("no name any more", links: 0, ours, .refused(.linked)),
    Case("a pipe or a folder", isRegularFile: false, ours, .refused(.notRegular)),
  ]

  @Test("a signal is sent to a server whose user owns the file, and to no other process", arguments: cases)
  func verdict(example: Case) { #expect(example.rule.verdict == example.verdict) }
}
