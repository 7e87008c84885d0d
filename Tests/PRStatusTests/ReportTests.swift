// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRNode
import PRRevision
import Testing

@testable import PRStatus

@Suite("Reports")
struct ReportTests {
  private static let reports = [StatusSnapshot.eventful.report, StatusSnapshot.eventfulOnServers.report]

  @Test("a report is read as it was written", arguments: reports)
  func json(report: StatusReport) throws {
    var report = report
    report.federation = nil  // it has a place of its own
    #expect(try StatusJSON.report(StatusJSON.line(report).utf8) == report)
  }

  @Test("on a terminal columns stand below each other, and nothing moves the cursor", arguments: reports)
  func text(report: StatusReport) throws {
    let text = StatusText(report).text
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    let table = text.split(separator: "\n").drop { !$0.hasPrefix("REQUEST") }.prefix((RequestKind?).counted.count + 1)
    #expect(table.count == (RequestKind?).counted.count + 1 && Set(table.map(\.count)).count == 1)
    #expect(text.hasPrefix("state        not ready\nname         <script>"))
    #expect(!StatusText(StatusReport()).text.contains("name"), "a node without a name has no line for it")
  }

  @Test("what is refused was not known, and what is refused as missed counts once")
  func hitRatio() {
    var (counters, log) = (RequestCounters(), DecisionLog())
    #expect(StatusReport.TrafficPart(counters, log).hitRatio == nil)
    counters.answeredAtOnce = 1
    for _ in 0..<2 { counters.refuse(.getPR, .upstreamAway) }
    counters.refuse(.getPR, .unrecorded)
    log.miss(TupleKey(version: "a", pkgarch: "b", checksum: "c"), asker: nil, at: 0)
    counters.refuse(.importOne, .taken)
    #expect(StatusReport.TrafficPart(counters, log).hitRatio == 0.25)
  }

  @Test("what happened between two looks is a rate, and a count that fell is none")
  func recorder() {
    var recorder = RateSampler()
    recorder.take(RequestCounters(), at: 1000)
    recorder.take(StatusSnapshot.busyCounters, at: 3000)
    recorder.take(RequestCounters(), at: 5000)
    #expect(recorder.samples.map(\.rateAtOnce) == [50, 0])
    #expect(recorder.samples[0].rate == Double(StatusSnapshot.busyCounters.requests) / 2)
    for second in 0..<300 { recorder.take(RequestCounters(), at: 6000 + Int64(second) * 1000) }
    #expect(recorder.samples.count == RateSampler.maximum)
  }

  @Test("half of what took 1 to 2 ms took less than 1.5 ms, as far as buckets tell")
  func quantiles() {
    var latencies = Latencies()
    #expect(latencies.quantile(0.5) == nil)
    for _ in 0..<10 { latencies.add(1_700_000) }
    #expect(latencies.quantile(0.5) == 1_500_000)
    latencies.add(60_000_000_000)
    #expect(latencies.quantile(1) == 20_000_000_000 && latencies.count == 11)
    #expect((latencies - latencies).count == 0)
  }

  @Test("a tuple that is missed again and again is told once, and only the last are kept")
  func misses() {
    var log = DecisionLog()
    let tuple = TupleKey(version: "a", pkgarch: "b", checksum: "c")
    for time in 0..<3 { log.miss(tuple, asker: "me", at: Int64(time)) }
    #expect(log.lastMisses.map(\.times) == [3] && log.lastMisses[0].at == 2 && log.misses == 3)
    for number in 0..<60 { log.miss(TupleKey(version: "a", pkgarch: "b", checksum: "\(number)"), asker: nil, at: 9) }
    #expect(log.lastMisses.count == DecisionLog.maximumMisses && log.misses == 63)
  }

  @Test(
    "numbers are written as a person reads them",
    arguments: [
      (Formatting.count(1_234_567), "1\u{202F}234\u{202F}567"), (Formatting.bytes(1536), "1.5 KiB"),
      (Formatting.bytes(12), "12 B"),
      (Formatting.milliseconds(0.25), "250 µs"), (Formatting.milliseconds(nil), "–"),
      (Formatting.span(3700), "1 h 1 min"),
      (Formatting.percent(0.99999), "99.9 %"), (Formatting.percent(1), "100 %"), (Formatting.rate(0.25), "0.2"),
    ])
  func wording(written: String, expected: String) { #expect(written == expected) }

  @Test(
    "a chart's height is the next round number", arguments: [(0.0, 0.0), (0.3, 0.5), (1, 1), (7, 10), (4200, 5000)])
  func ceiling(greatest: Double, top: Double) { #expect(abs(Chart.ceiling(greatest) - top) < 1e-9) }
}
