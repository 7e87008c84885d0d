// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@testable import PRWire

@Suite("Forms of options")
struct OptionFormTests {
  /// Nil where the text is a value of the form, else what is said of it.
  private static func mistake<Value>(_ form: OptionForm<Value>, _ text: String) -> String? {
    do throws(OptionMistake) {
      _ = try form.read(text)
      return nil
    } catch { return error.description }
  }

  @Test(
    "a number is decimal, without a sign, and within its bounds",
    arguments: [
      ("1", nil), ("64", nil), ("064", nil), ("0", "it is a number, 1 to 64"), ("65", "it is a number, 1 to 64"),
      ("+1", "it is a number, 1 to 64"), ("", "it is a number, 1 to 64"), ("٣", "it is a number, 1 to 64"),
      ("99999999999999999999", "it is a number, 1 to 64"),
    ])
  func number(text: String, mistake: String?) { #expect(Self.mistake(.number(1...64), text) == mistake) }

  @Test("a number without an upper bound is as large as an Int")
  func largeNumber() throws {
    #expect(try OptionForm.number(1...).read("9223372036854775807") == Int.max)
    #expect(Self.mistake(OptionForm<Int>.number(1...), "0") == "it is a number, 1 or more")
  }

  static let waits: [(String, String?)] = [
    ("50ms", nil), ("25s", nil), ("49ms", "it is 50ms to 25s, for BitBake's client gives up after 30s"),
    ("1m", "it is 50ms to 25s, for BitBake's client gives up after 30s"),
    ("2", "a time has its unit: 300ms, 2s, 5m or 1h; did you mean '2s'?"),
    ("soon", "a time has its unit: 300ms, 2s, 5m or 1h"),
  ]

  @Test("a wait is a time within its bounds", arguments: waits)
  func wait(text: String, mistake: String?) {
    #expect(Self.mistake(.wait(.milliseconds(50)...AnswerTime.maximumLength, "50ms to 25s"), text) == mistake)
  }

  @Test("times that last equally long are equal, and each is written as it was given")
  func times() throws {
    let (seconds, minute) = (try OptionForm.time.read("60s"), try OptionForm.time.read("1m"))
    #expect(seconds == minute && seconds.hashValue == minute.hashValue)
    #expect("\(seconds) \(minute)" == "60s 1m")
    #expect(TimeSpan("1h")?.duration == .seconds(3600) && TimeSpan("1000000001s") == nil)
  }

  @Test("an interval of pulls is off, or a second or more")
  func intervals() throws {
    #expect(try OptionForm.period.read("off").time == nil)
    #expect(try OptionForm.period.read("1s").time?.duration == .seconds(1))
    #expect(Self.mistake(.period, "999ms") == "write off, or a time of a second or more, such as 60s")
  }

  @Test("a word that is nearly right is named")
  func words() {
    #expect(
      Self.mistake(.words(["full", "normal", "off"]), "ful") == "write full, normal or off; did you mean 'full'?")
    #expect(Self.mistake(.flag, "yes") == "write true or false; did you mean 'true'?")
    #expect(Self.mistake(OptionForm<NumberingName>.cases, "roman") == "write partitioned or bitbake")
  }

  @Test("an address may be a port of this machine, and a page's may be as a browser shows it")
  func addresses() throws {
    #expect(try OptionForm.address.read("8585") == .tcp(host: "127.0.0.1", port: 8585))
    #expect(
      Self.mistake(.address, "tcp://a:1,tcp://b:1")?.hasSuffix("is a list: repeat the option for each address") == true)
    #expect(try OptionForm.page.read("http://a.example:9585/") == .tcp(host: "a.example", port: 9585))
    #expect(Self.mistake(.page, "unix:///s")?.hasPrefix("the page speaks plain HTTP") == true)
  }

  static let grants: [(String, String?)] = [
    ("a=read,allocate", nil), ("tcp://127.0.0.1:1=none", nil), ("CN=a=read", nil),
    ("=read", "'=read' gives no rights: write NAME=read,allocate"),
    ("a", "'a' gives no rights: write NAME=read,allocate"),
    ("a=", "'' are not rights: write read, allocate, import, admin, predict, joined by commas, or none"),
    (
      "a=none,read",
      "'none,read' are not rights: write read, allocate, import, admin, predict, joined by commas, or none"
    ),
  ]

  @Test("a grant is a name or a listener with rights", arguments: grants)
  func grant(text: String, mistake: String?) {
    #expect(Self.mistake(.grant, text) == mistake)
    if mistake == nil { #expect((try? RightsGrant(text)).map { "\($0)" } == text) }
  }
}
