// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRSimulation

struct SimulateStories: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stories",
    abstract: "Play stories of federations, and check what was promised.",
    discussion: """
      Without files, random stories are played: each follows from its seed. A story that breaks a promise is shortened and printed, and \
      the exit status is 1. docs/simulation.md describes the format of a story.
      """)

  @Argument(help: "Files with a story each.") var files: [String] = []
  @Option(help: "How many random stories.") var count = 1000
  @Option(help: "The seed of the first random story; the next ones follow it. Default: a random one.") var seed: UInt64?
  @Option(help: "How many actions a random story has at most.") var actions = 60
  @Option(help: "How many requests a client has in flight at most.") var burst = 4
  @Flag(name: .customLong("postgresql"), help: "The authority of each random story is on PostgreSQL.")
  var isOnPostgres = false
  @Flag(help: "The nodes of each random story are members of a federation that keeps its own rules.")
  var federation = false
  @Flag(name: .customLong("print"), help: "Print the stories, and play none.") var printsOnly = false
  @Flag(help: "Print the digest of each story.") var digests = false
  @Flag(help: "Print a story that breaks a promise as it is, without shortening it.") var unshortened = false

  func validate() throws {
    guard (1...1_000_000_000).contains(count) else { throw ValidationError("--count is at least 1") }
    guard actions >= 3 else { throw ValidationError("--actions is at least 3") }
    guard !(isOnPostgres && federation) else { throw ValidationError("--federation is without --postgresql") }
    guard (1...100_000).contains(burst) else { throw ValidationError("--burst is from 1 to 100000") }
  }

  func run() async throws {
    let stories = try files.map(Self.read)
    let first = seed ?? UInt64.random(in: 0 ... .max)
    let number = stories.isEmpty ? count : stories.count
    let (actions, burst, isOnPostgres, federation) = (actions, burst, isOnPostgres, federation)
    let story: @Sendable (Int) -> Story = { index in
      guard stories.isEmpty else { return stories[index] }
      let seed = first &+ UInt64(clamping: index)
      if federation { return .randomFederation(seed: seed, actions: actions, burst: burst) }
      return isOnPostgres
        ? .randomOnPostgres(seed: seed, actions: actions, burst: burst)
        : .random(seed: seed, actions: actions, burst: burst)
    }
    guard !ServerDatabase.isMissing || !(isOnPostgres || stories.contains(where: \.isOnPostgres)) else {
      throw UserFacingError(ServerDatabase.howToBuild)
    }
    if printsOnly {
      for index in 0..<number { print(story(index)) }
      return
    }
    let begin = ContinuousClock.now
    var (total, progress) = (Totals(), ProgressBar("playing"))
    // As many at once as there are cores: a story has one thread.
    let width = max(ProcessInfo.processInfo.activeProcessorCount, 1)
    var failure: (index: Int, violations: [String])?
    await withTaskGroup(of: (Int, StoryRun.Outcome).self) { group in
      var next = 0
      func add() {
        guard next < number, failure == nil else { return }
        let index = next
        next += 1
        group.addTask { (index, StoryRun.play(story(index))) }
      }
      for _ in 0..<width { add() }
      for await (index, outcome) in group {
        total.add(outcome)
        progress.update(share: Double(total.stories) / Double(number))
        if digests { print("\(story(index).seed) \(String(outcome.digest, radix: 16))") }
        if !outcome.violations.isEmpty, index < failure?.index ?? .max { failure = (index, outcome.violations) }
        add()
      }
    }
    progress.finish()
    print(total.text(since: begin, seed: stories.isEmpty ? first : nil))
    guard let failure else { return }
    try tell(story(failure.index), failure.violations)
  }

  private func tell(_ story: Story, _ violations: [String]) throws {
    print("\nA promise was broken: \(violations.prefix(3).joined(separator: "; "))")
    if unshortened { print("\n\(story)") } else { printShortest(of: story) }
    throw ExitCode.failure
  }

  private func printShortest(of story: Story) {
    print("\nThe shortest story found that breaks one:\n")
    let shortest = story.shrunk { !StoryRun.play($0).violations.isEmpty }
    print(shortest)
    for violation in StoryRun.play(shortest).violations.prefix(10) { print("# \(violation)") }
  }

  private static func read(_ path: String) throws -> Story {
    let data = try NamedFile(path: path, kind: "the story").bytes()
    do throws(Story.Mistake) {
      return try Story(String(decoding: data, as: UTF8.self))
    } catch {
      throw UserFacingError("\(path): \(error)")
    }
  }
}

/// What came of all stories.
private struct Totals {
  var stories = 0
  var answered = 0
  var refused = 0
  var lost = 0
  var steps = 0

  mutating func add(_ outcome: StoryRun.Outcome) {
    stories += 1
    answered += outcome.answered
    refused += outcome.refused
    lost += outcome.lost
    steps += outcome.steps
  }

  func text(since begin: ContinuousClock.Instant, seed: UInt64?) -> String {
    let seconds = max((ContinuousClock.now - begin) / .seconds(1), 0.001)
    let requests = answered + refused + lost
    let rate = Int(clamping: Double(requests) / seconds)
    return
      "\(stories) stories\(seed.map { " from seed \($0)" } ?? ""): \(requests) requests, of them \(answered) answered, "
      + "\(refused) refused, \(lost) cut off; \(steps) events; \((seconds * 10).rounded() / 10) s, \(rate) requests/s"
  }
}
