// SPDX-License-Identifier: Apache-2.0
import TestSeed
import Testing

@testable import PRSimulation

@Suite("Random stories of federations that keep their own rules")
struct FederationStoryTests {
  @Test("break no law, and raise no alarm without a cause")
  // Always the same ones: the judge of their alarms is younger than the other laws. 'headwater simulate stories --federation' plays others.
  func laws() { expectLaws(in: (1...40 as ClosedRange<UInt64>).lazy.map { .randomFederation(seed: $0) }) }

  @Test("are the same read from their texts")
  func text() throws {
    for seed in Seed.several(100) {
      let story = Story.randomFederation(seed: seed.number)
      #expect(try Story(story.description) == story, "\(seed)")
    }
  }

  @Test("are the same each time, whatever keys and numbers are drawn")
  func replay() {
    for seed in Seed.several(5) {
      let story = Story.randomFederation(seed: seed.number)
      #expect(StoryRun.play(story) == StoryRun.play(story), "\(seed)")
    }
  }

  @Test("have each kind of action, and answers in spite of them")
  func kinds() {
    var verbs: Set<String> = []
    for seed in 0..<100 as Range<UInt64> {
      for timed in Story.randomFederation(seed: seed).actions {
        if case .membership(let action) = timed.action { verbs.insert(String(action.line.prefix { $0 != " " })) }
      }
    }
    #expect(verbs == ["create", "join", "relane", "retire", "revoke", "after-restore", "clone", "clock"])
    let played = (1...5 as ClosedRange<UInt64>).map { StoryRun.play(.randomFederation(seed: $0)) }
    #expect(played.map(\.answered).reduce(0, +) > 100)
  }

  @Test("give back their world, with all members and their connections")
  func world() {
    for seed in 0..<5 as Range<UInt64> {
      #expect(StoryRun.worldLeft(by: .randomFederation(seed: seed)) == nil, "seed \(seed)")
    }
  }
}

@Suite("The judge of alarms")
struct AlarmJudgeTests {
  /// A copy of a member's database is served beside it.
  private static let world = """
    seed 1
    watch
    node hq
    node pune
    node copy
    1000ms create hq
    10000ms join pune below hq
    60000ms clone pune to copy

    """

  private static func violations(_ lines: String...) throws -> [String] {
    StoryRun.play(try Story(world + lines.joined(separator: "\n"))).violations
  }

  @Test("finds nothing wrong where the story names all alarms")
  func good() throws {
    let found = try Self.violations(
      "120000ms alarm hq member-cloned:pune", "120000ms alarm pune minting-stopped",
      "120000ms alarm copy minting-stopped")
    #expect(found == [])
  }

  @Test("finds an alarm that the story does not name")
  func unnamed() throws {
    let found = try Self.violations("120000ms alarm hq member-cloned:pune", "120000ms alarm pune minting-stopped")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("copy has the alarm minting-stopped at ") == true)
  }

  @Test("finds an alarm that is missing, one that has not ended, and one that ended")
  func missing() throws {
    let found = try Self.violations(
      "120000ms alarm hq member-absent:pune", "120000ms calm hq member-cloned:pune",
      "120000ms past hq register-restored", "121000ms alarm hq member-cloned", "121000ms alarm pune minting-stopped",
      "121000ms alarm copy minting-stopped")
    #expect(
      found == [
        "at 120000ms: hq has not the alarm member-absent:pune, but: member-cloned:pune",
        "at 120000ms: the alarm member-cloned:pune of hq has not ended",
        "at 120000ms: hq has raised the alarm register-restored 0 times, and not 1 times",
      ])
  }

  @Test("finds an alarm that has no cause in a story which names none, that is too early, and that is too late")
  func causes() throws {
    let none = AlarmHistory([:])
    let quiet = AlarmCauses(try Story("watch\nnode hq\n1ms create hq"))
    for cause in ["member-cloned:pune", "upstream-away:tcp://hq:8586"] {
      #expect(!quiet.explain(cause, at: "hq", .seconds(600), none), "\(cause)")
    }
    let cut = AlarmCauses(
      try Story(
        "watch\nnode hq\nnode pune\n1ms create hq\n600000ms cut pune hq\n900000ms heal pune hq\n9000000ms ask hq p c"))
    for (seconds, isExplained) in [(599, false), (601, true), (1000, true), (1101, false)] {
      let found = cut.explain("minted-without-upstream", at: "pune", .seconds(seconds), none)
      #expect(found == isExplained, "\(seconds)")
    }
    #expect(!cut.explain("minting-stopped", at: "pune", .seconds(700), none))
    #expect(!cut.explain("copy-failing", at: "pune", .seconds(890), none), "five minutes are no hour")
    let copied = AlarmHistory(["pune": [.init(cause: "copy-failing", isRaised: true, at: .seconds(700))]])
    for (history, isExplained) in [(none, false), (copied, true)] {
      #expect(cut.explain("member-alarm:pune:copy-failing", at: "hq", .seconds(720), history) == isExplained)
    }
  }

  /// Two members, of which one is off by a minute from 600 s to 1200 s, and is cut off for the first five minutes of it.
  private static let clocks = """
    watch
    node hq
    node pune
    1000ms create hq
    10000ms join pune below hq
    800000ms cut pune hq
    800000ms clock 60000ms of pune
    1100000ms heal pune hq
    1500000ms clock -60000ms of pune
    9000000ms ask hq p c

    """

  @Test("counts the bound of an alarm from its cause, or from the end of a cut")
  func duties() throws {
    let duties = AlarmDuties(try Story(Self.clocks))
    let clock = AlarmDuties.Duty(
      node: "pune", cause: "clock-differs", begin: .seconds(800), deadline: .seconds(1100) + AlarmTimes.bound)
    let away = AlarmDuties.Duty(
      node: "pune", cause: "upstream-away", begin: .seconds(800), deadline: .seconds(800) + AlarmTimes.bound)
    #expect(Set(duties.duties) == [clock, away])
    func history(_ seconds: Int) -> AlarmHistory {
      AlarmHistory([
        "pune": [
          .init(cause: "upstream-away:tcp://hq:8585", isRaised: true, at: .seconds(850)),
          .init(cause: "clock-differs:tcp://hq:8585", isRaised: true, at: .seconds(seconds)),
        ]
      ])
    }
    #expect(duties.violations(history(1299)).isEmpty && duties.violations(history(1301)).count == 1)
    #expect(duties.violations(AlarmHistory([:])).count == 2)
  }

  @Test("sees that an alarm has stood from its beginning to its end")
  func standing() {
    let history = AlarmHistory([
      "a": [
        .init(cause: "x:1", isRaised: true, at: .seconds(10)), .init(cause: "x:1", isRaised: false, at: .seconds(20)),
      ]
    ])
    for (begin, end, stood) in [(0, 9, false), (0, 10, true), (12, 15, true), (20, 30, true), (21, 30, false)] {
      #expect(history.stood("x", at: "a", .seconds(begin), .seconds(end)) == stood, "\(begin) \(end)")
    }
  }
}

@Suite("What stands in for TLS on the wire")
struct WireCloakTests {
  private static let text = """
    {"a":"-----BEGIN CERTIFICATE-----\\nAB-C=\\n-----END CERTIFICATE-----\\n","n":"0.12.00000000000000ff.0123456789abcdef",\
    "d":"\(String(repeating: "0f", count: 32))","x":"0123456789abcde","y":"-----BEGIN"}
    """

  @Test("hides what has a length of its own in each run, and shows it again however it is cut")
  func roundTrip() {
    let table = CloakTable()
    let bytes = Array(Self.text.utf8)
    let hidden = table.hide(bytes)
    #expect(hidden.count < bytes.count - 100)
    #expect(!String(decoding: hidden, as: UTF8.self).contains("CERTIFICATE"))
    #expect(String(decoding: hidden, as: UTF8.self).contains("\"x\":\"0123456789abcde\""))
    for cut in 0...hidden.count {
      let (first, rest) = table.show(Array(hidden[..<cut]))
      let (second, end) = table.show(rest + hidden[cut...])
      #expect(first + second == bytes && end.isEmpty)
    }
  }

  @Test("gives one text one number")
  func numbers() {
    let table = CloakTable()
    let one = table.hide(Array("0123456789abcdef".utf8))
    #expect(table.hide(Array("1123456789abcdef".utf8)) != one)
    #expect(table.hide(Array("0123456789abcdef".utf8)) == one && one.count == 5)
  }
}
