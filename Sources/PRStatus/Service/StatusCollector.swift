// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRStore
import PRSync
import PRUpstream
import Synchronization

/// Looks at a node from outside, on behalf of all who ask at the same moment.
actor StatusCollector {
  nonisolated let facts: NodeFacts
  private let lookout: DiagnosticReader
  /// Searches have a thread of their own: a look does not wait for them.
  private let searcher: DiagnosticReader
  private var searches = 0
  private let writeCheck: WriteCheck
  private let since: Int64
  private var listeners: [String] = []
  private var recorder = RateSampler()
  private var last: (sight: StatusSnapshot, at: ContinuousClock.Instant)?
  private let isStopping = Atomic(false)

  /// One look serves all who ask within this time.
  private static let freshness = Duration.milliseconds(200)
  private static let samplePeriod = Duration.seconds(5)
  private static let rows = 15
  /// A search may take so long, and give so many rows.
  private static let searchTimeout = Duration.seconds(2)
  private static let found = 200
  /// So many may wait for their turn.
  private static let maximumSearches = 8
  /// With less than this left, a disk is about to be full.
  private static let littleSpace = 64 << 20

  init(_ facts: NodeFacts) throws(StoreError) {
    self.facts = facts
    lookout = try facts.node.store.diagnosticReader()
    searcher = try facts.node.store.diagnosticReader()
    writeCheck = WriteCheck(facts.node.store)
    since = facts.clock()
  }

  func listens(on addresses: [String]) { listeners = addresses }

  /// Called on any thread.
  nonisolated func stops() { isStopping.store(true, ordering: .relaxed) }

  /// Takes samples until it is cancelled.
  func record() async {
    while !Task.isCancelled {
      recorder.take(await facts.board.total, at: facts.clock())
      try? await Task.sleep(for: Self.samplePeriod)  // a cancelled sleep ends the loop
    }
  }

  // MARK: Looking

  /// - Parameter moment: what began before it will not do; nil: what is fresh will.
  func look(after moment: ContinuousClock.Instant? = nil) async -> StatusSnapshot {
    let begin = ContinuousClock.now
    if var kept = last, kept.at >= moment ?? begin - Self.freshness {
      // An alarm is never shown after its end.
      kept.sight.report.alarms = alarms(kept.sight.report)
      return kept.sight
    }
    let sight = await lookAnew()
    last = (sight, begin)
    return sight
  }

  private func lookAnew() async -> StatusSnapshot {
    let counters = await facts.board.total
    let log = facts.node.decisions
    var report = StatusReport()
    report.node = facts.part(countedSince: since, now: facts.clock())
    report.node.listeners = listeners
    report.traffic = StatusReport.TrafficPart(counters, log)
    report.upstreams = await upstreams()
    report.copy = facts.synchronizer.map { StatusReport.CopyPart($0.health) }
    report.path = StatusReport.path(level: facts.node.level, upstreams: report.upstreams)
    await fill(&report.store, &report.rows)
    report.misses = log.lastMisses.reversed().map(StatusReport.MissPart.init)
    report.readiness = await readiness(checkedWithin: .seconds(10), report)
    report.certificates = facts.certificates()
    report.federation = facts.federation()
    report.alarms = alarms(report)
    report.history = recorder.samples
    return StatusSnapshot(report: report, counters: counters)
  }

  private func upstreams() async -> [StatusReport.UpstreamPart] {
    guard let upstream = facts.upstream, let health = try? await upstream.health() else { return [] }
    return health.map(StatusReport.UpstreamPart.init)
  }

  private func fill(_ part: inout StatusReport.StorePart, _ rows: inout [StatusReport.RowPart]) async {
    let figures = facts.node.store.figures
    part.path = facts.node.store.path
    part.databaseBytes = figures.databaseBytes
    part.logBytes = figures.logBytes
    part.freeBytes = figures.freeBytes
    part.commits = figures.commits
    part.decisions = figures.decisions
    part.commitSeconds = Double(figures.commitNanoseconds) / 1_000_000_000
    part.server = figures.server.map(StatusReport.ServerPart.init)
    let newest = try? await lookout.read(within: .seconds(1)) { reader throws(StoreError) in
      (
        try reader.newestSerial(), try reader.withOrigins(try reader.lastEntries(Self.rows)), try reader.lastFloor()
      )
    }
    part.lastSerial = newest?.0 ?? 0
    part.lastFloor = newest?.2.map(StatusReport.FloorPart.init)
    rows = (newest?.1 ?? []).map { StatusReport.RowPart($0, chosen: $1) }
  }

  /// All alarms. The disk is looked at here, since nothing else watches it.
  private func alarms(_ report: StatusReport) -> [StatusReport.AlarmPart] {
    let board = facts.node.alarms
    if !facts.node.isReadOnly, report.store.server == nil, report.store.freeBytes < Self.littleSpace {
      board.raise(
        "disk-almost-full", "the disk of \(report.store.path) is almost full",
        advice: "free some space: on a full disk nothing new is answered")
    } else {
      board.end("disk-almost-full")
    }
    let troubles = facts.node.store.troubles
    for trouble in troubles { board.raise(trouble.cause, trouble.text, advice: trouble.advice) }
    board.keepOnly(troubles.map(\.cause), of: StoreTrouble.family)
    return board.all.all.map(StatusReport.AlarmPart.init)
  }

  /// - Returns: false where no alarm of that name stands.
  func acknowledge(_ alarm: String) -> Bool { facts.node.alarms.acknowledge(alarm) }

  // MARK: Readiness

  /// Whether the node does what it is there for, tried anew.
  func readiness() async -> StatusReport.Readiness {
    var report = StatusReport()
    report.upstreams = await upstreams()
    let readiness = await readiness(checkedWithin: .seconds(1), report)
    // The page does not contradict the last answer to a load balancer.
    if readiness != last?.sight.report.readiness { last = nil }
    return readiness
  }

  private func readiness(checkedWithin age: Duration, _ report: StatusReport) async -> StatusReport.Readiness {
    var readiness = StatusReport.Readiness()
    if isStopping.load(ordering: .relaxed) { readiness.reasons.append("the server is stopping") }
    if facts.node.isReadOnly {
      if let problem = await readingProblem() { readiness.reasons.append(problem) }
    } else if let problem = await writeCheck.problem(noOlderThan: age, now: facts.clock()) {
      readiness.reasons.append(problem)
    }
    if facts.node.policy.upstreamAway == .strict, facts.upstream != nil,
      !report.upstreams.contains(where: { $0.state == .connected })
    {
      let why = report.upstreams.map { "\($0.server): \($0.problem ?? "not reached yet")" }.joined(separator: "; ")
      readiness.reasons.append("no upstream answers, and nothing new is answered without one (\(why))")
    }
    if facts.node.lacksLevel {
      readiness.reasons.append(
        "the upstream has never said how many nodes stand above, and nothing is minted until then")
    }
    if let stop = facts.node.lease?.stop { readiness.reasons.append("this node mints nothing: \(stop)") }
    readiness.isReady = readiness.reasons.isEmpty
    return readiness
  }

  /// A mirror is good for nothing before it has a copy; one that cannot reach its upstream serves the copy it has.
  private func readingProblem() async -> String? {
    do throws(StoreError) {
      let newest = try await lookout.read(within: .seconds(1)) { reader throws(StoreError) in
        try reader.newestSerial()
      }
      guard facts.node.policy.isMirror, let health = facts.synchronizer?.health else { return nil }
      let hasCopy = health.currentAt != nil || (health.problem != nil && newest > 0)
      return hasCopy ? nil : "the first copy of the upstream is not there yet"
    } catch {
      return error.description
    }
  }

  // MARK: Searching

  /// - Parameter client: when it leaves, its search ends.
  func find(_ query: String, for client: ReadClient) async -> FindReport {
    let words = query.split(whereSeparator: \.isWhitespace).prefix(8).map { String($0.prefix(200)) }
    var report = FindReport(query: query, rows: [], isPartial: false)
    guard searches < Self.maximumSearches else {
      report.isPartial = true
      report.problem = "too many searches at once; try again in a moment"
      return report
    }
    searches += 1
    defer { searches -= 1 }
    do throws(StoreError) {
      let (found, rows) = try await searcher.read(within: Self.searchTimeout, for: client) {
        reader throws(StoreError) in
        let found = try reader.find(words, limit: Self.found)
        return (found, try reader.withOrigins(found.entries))
      }
      report.rows = rows.map { StatusReport.RowPart($0, chosen: $1) }
      report.isPartial = found.isPartial
      if found.isInterrupted {
        report.problem = "the search was stopped after 2 s, and older rows were not searched"
      }
    } catch {
      report.isPartial = true
      report.problem = error.description
    }
    return report
  }
}
