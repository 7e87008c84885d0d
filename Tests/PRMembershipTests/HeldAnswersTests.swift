// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Testing

@testable import PRMembership

@Suite("Answers that wait")
struct HeldAnswersTests {
  /// The senders that were answered, in their order.
  private final class Log: Sendable {
    private let names = Mutex<[String]>([])
    var answered: [String] { names.withLock { $0 } }

    func note(_ name: String) -> @Sendable () -> Void { { self.names.withLock { $0.append(name) } } }
  }

  @Test("are answered when their time has come, each once")
  func expiry() {
    let (held, log) = (HeldAnswers(), Log())
    held.hold("a", for: 1000, now: 0, log.note("a"))
    held.hold("b", for: .max, now: 0, log.note("b"))
    held.hold("c", for: .min, now: 0, log.note("c"))
    held.expire(now: 0)
    #expect(log.answered == ["c"] && held.count == 2)
    held.expire(now: 999)
    #expect(log.answered == ["c"])
    held.expire(now: 1000)
    held.expire(now: 29_999)
    #expect(log.answered == ["c", "a"])
    held.expire(now: 30_000)
    held.expire(now: 30_001)
    #expect(log.answered == ["c", "a", "b"] && held.count == 0)
  }

  @Test("are one of a sender: a newer report has the older one answered")
  func newer() {
    let (held, log) = (HeldAnswers(), Log())
    held.hold("a", for: 1000, now: 0, log.note("first"))
    held.hold("b", for: 1000, now: 0, log.note("b"))
    held.hold("a", for: 1000, now: 500, log.note("second"))
    #expect(log.answered == ["first"] && held.count == 2)
    held.expire(now: 1000)
    #expect(log.answered == ["first", "b"])
    held.expire(now: 1500)
    #expect(log.answered == ["first", "b", "second"])
  }

  @Test("do not wait longer when the clock is set back", arguments: [-1, Int64.min / 2, -86_400_000])
  func setBack(_ now: Int64) {
    let (held, log) = (HeldAnswers(), Log())
    held.hold("a", for: 30_000, now: 0, log.note("a"))
    held.expire(now: now)
    #expect(log.answered == ["a"] && held.count == 0)
  }

  @Test("are 4096 at most: what comes then is answered at once, save one that takes another's place")
  func bound() {
    let (held, log) = (HeldAnswers(), Log())
    for number in 0..<4096 { held.hold("\(number)", for: 1000, now: 0, log.note("\(number)")) }
    #expect(log.answered.isEmpty && held.count == 4096)
    held.hold("more", for: 1000, now: 0, log.note("more"))
    #expect(log.answered == ["more"] && held.count == 4096)
    held.hold("17", for: 1000, now: 0, log.note("again"))
    #expect(log.answered == ["more", "17"] && held.count == 4096)
    held.answerAll()
    #expect(log.answered.count == 4098 && held.count == 0)
  }

  @Test("are all answered when the server stops, and those that come later at once")
  func release() {
    let (held, log) = (HeldAnswers(), Log())
    held.hold("a", for: 1000, now: 0, log.note("a"))
    held.release()
    #expect(log.answered == ["a"])
    held.hold("a", for: 1000, now: 0, log.note("b"))
    #expect(log.answered == ["a", "b"] && held.count == 0)
    held.release()
    #expect(log.answered == ["a", "b"])
  }

  @Test("may ask again while they are answered")
  func reentrance() {
    let (held, log) = (HeldAnswers(), Log())
    held.hold("a", for: 0, now: 0) { held.hold("a", for: 1000, now: 0, log.note("next")) }
    held.expire(now: 0)
    #expect(held.count == 1 && log.answered.isEmpty)
    held.hold("a", for: 1000, now: 0, log.note("other"))
    #expect(log.answered == ["next"])
  }
}
