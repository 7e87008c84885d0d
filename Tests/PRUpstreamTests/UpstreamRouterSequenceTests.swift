// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import TestSeed
import Testing

@testable import PRUpstream

@Suite("Random events for the questions over several upstreams")
struct UpstreamRouterSequenceTests {
  /// A world of four questions and three upstreams, and what must hold in it.
  private struct World {
    static let deadline = Duration.seconds(2)

    /// The course of a question that an upstream has.
    struct Course {
      /// The upstreams that were asked, the one that has the question last.
      var asked: [Int] = []
      /// Those that were absent at some step.
      var absent: Set<Int> = []
      let end: ContinuousClock.Instant
      /// When its share of the upstream that has the question is over.
      var shareEnd: ContinuousClock.Instant
      /// The step at which the question was first written to a connection.
      var writtenAt: Int?

      func mayGoOn(to upstream: Int, at now: ContinuousClock.Instant) -> Bool {
        now < end && !absent.contains(upstream) && asked.allSatisfy { $0 < upstream }
      }
    }

    var numbers: SeededNumbers
    let seed: Seed
    var router = UpstreamRouter(deadline: deadline)
    var now = ContinuousClock.now
    var step = 0
    var present = [true, true, true]
    var courses: [Int: Course] = [:]
    /// The waiters without an answer, with their question and the step at which they came.
    var waiting: [Int: (question: Int, step: Int)] = [:]
    var timers: Set<Int> = []
    var answered: Set<Int> = []

    static func question(_ number: Int) -> UpstreamQuestion {
      .package(PackageKey(version: "\(number)", pkgarch: "p"))
    }

    static func number(of question: UpstreamQuestion) -> Int {
      guard case .package(let package) = question else { return -1 }
      return Int(package.version) ?? -1
    }

    var upstreams: [UpstreamAvailability] {
      present.enumerated().map { index, isPresent in
        let server = Endpoint.unix(path: "\(index)")
        return UpstreamAvailability(server: server, absence: isPresent ? nil : .away(server, reason: "dead"))
      }
    }

    mutating func handle(_ event: UpstreamRouter.Event) {
      var ended: Course?
      var isFailed = false
      if case .settled(let question, let outcome) = event {
        ended = courses.removeValue(forKey: Self.number(of: question))
        if case .failure = outcome { isFailed = true }
      }
      for action in router.handle(event, upstreams: upstreams, at: now) {
        if case .send(let question, let upstream, let share, _) = action {
          checkSent(Self.number(of: question), upstream, share, after: isFailed ? ended : nil)
        } else {
          check(action, after: ended)
        }
      }
    }

    /// - Parameter failed: the course of the question whose upstream has just failed.
    private mutating func checkSent(_ number: Int, _ upstream: Int, _ share: Duration, after failed: Course?) {
      #expect(courses[number] == nil, "a question is under way once; \(seed)")
      #expect(present[upstream] && share > .zero, "\(seed)")
      var course = Course(end: now + Self.deadline, shareEnd: now + share)
      if let failed, failed.mayGoOn(to: upstream, at: now) {
        course = failed
        course.shareEnd = now + share
      } else {
        #expect(waiting.values.contains { $0.question == number }, "a question is sent for a waiter; \(seed)")
      }
      course.asked.append(upstream)
      course.absent.formUnion(present.indices.filter { !present[$0] })
      #expect(course.shareEnd <= course.end, "no share reaches past the deadline; \(seed)")
      courses[number] = course
    }

    private mutating func check(_ action: UpstreamRouter.Action, after ended: Course?) {
      switch action {
      case .send: break
      case .answer(let waiter, let outcome):
        #expect(answered.insert(waiter).inserted, "a waiter is answered once; \(seed)")
        let entry = waiting.removeValue(forKey: waiter)
        #expect(entry != nil && !timers.contains(waiter), "\(seed)")
        if case .success = outcome, let entry, let writtenAt = ended?.writtenAt {
          #expect(entry.step < writtenAt, "no answer is older than its question; \(seed)")
        }
      case .startTimer(let waiter, let time):
        #expect(timers.insert(waiter).inserted && time <= Self.deadline, "\(seed)")
      case .cancelTimer(let waiter): #expect(timers.remove(waiter) != nil, "\(seed)")
      }
    }

    mutating func act() {
      step += 1
      switch Int.random(in: 0..<10, using: &numbers) {
      case 0..<4:
        let question = Int.random(in: 0..<4, using: &numbers)
        let time =
          Bool.random(using: &numbers) ? Self.deadline : .milliseconds(Int.random(in: 1..<2000, using: &numbers))
        waiting[step] = (question, step)
        handle(.ask(step, Self.question(question), within: time))
      case 4:
        guard let number = courses.keys.sorted().randomElement(using: &numbers) else { return }
        if courses[number]?.writtenAt == nil { courses[number]?.writtenAt = step }
        handle(.written(Self.question(number)))
      case 5..<7: settle()
      case 7:
        guard let waiter = timers.sorted().randomElement(using: &numbers) else { return }
        timers.remove(waiter)
        handle(.timeIsUp(waiter))
      case 8: present[Int.random(in: 0..<3, using: &numbers)].toggle()
      default: now += .milliseconds(Int.random(in: 0..<300, using: &numbers))
      }
    }

    /// An upstream answers or fails, in its share of the time.
    mutating func settle() {
      guard let number = courses.keys.sorted().randomElement(using: &numbers), let course = courses[number] else {
        return
      }
      now = max(now, min(course.shareEnd, now + .milliseconds(Int.random(in: 0..<2000, using: &numbers))))
      // A share is a whole number of attoseconds: what division leaves over is too little for one more upstream.
      if now.duration(to: course.end) < .milliseconds(1) { now = max(now, course.end) }
      guard Bool.random(using: &numbers) else {
        return handle(.settled(Self.question(number), .failure(.timedOut(.unix(path: "upstream"), .seconds(1)))))
      }
      handle(.settled(Self.question(number), .success(UpstreamAnswer(greatest: nil, values: []))))
    }
  }

  @Test(
    "each waiter is answered once, a question is under way once, its shares stay within the deadline, and nothing is left",
    arguments: Seed.several(30))
  func events(seed: Seed) {
    var world = World(numbers: seed.numbers, seed: seed)
    for _ in 0..<2_000 { world.act() }
    // Each question may be sent once more to each upstream, and once more for those that came late.
    for _ in 0..<40 where !world.courses.isEmpty { world.settle() }
    #expect(world.waiting.isEmpty && world.timers.isEmpty && world.courses.isEmpty, "\(seed)")
  }
}
