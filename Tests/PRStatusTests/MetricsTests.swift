// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRNode
import PRRevision
import Subprocess
import Testing

@testable import PRStatus

@Suite("Metrics")
struct MetricsTests {
  private static let docs = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs")

  @Test("a metric's name says its unit and its kind", arguments: Metrics.meanings.all)
  func names(metric: Metric) {
    #expect(metric.name.wholeMatch(of: /headwater_[a-z][a-z0-9_]*/) != nil)
    #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter))
    if let unit = metric.unit { #expect(metric.name.contains("_\(unit)")) }
    #expect(metric.help.hasSuffix("."))
  }

  @Test("every metric is told in the operator's handbook", arguments: Metrics.meanings.all)
  func documented(metric: Metric) throws {
    let text = try String(contentsOf: Self.docs.appendingPathComponent("operations/monitoring.md"), encoding: .utf8)
    #expect(text.contains("`\(metric.name)`"))
  }

  @Test("the dashboard asks for metrics that there are")
  func dashboard() throws {
    let bytes = try Data(contentsOf: Self.docs.appendingPathComponent("grafana-dashboard.json"))
    #expect(try JSONSerialization.jsonObject(with: bytes) is [String: Any])
    let known = Metrics.meanings.all.flatMap { ["", "_bucket", "_sum", "_count"].map($0.name.appending) }
    let asked = String(decoding: bytes, as: UTF8.self).matches(of: /headwater_[a-z_]+/).map { String($0.0) }
    #expect(!asked.isEmpty)
    for name in asked { #expect(known.contains(name), "\(name)") }
  }

  @Test("every line of the text is one that Prometheus reads, under its own help and type")
  func text() throws {
    var all: Set<String> = []
    for text in [StatusSnapshot.eventful.metrics, StatusSnapshot.eventfulOnServers.metrics] {
      var (family, seen) = ("", Set<String>())
      for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
        if let help = line.wholeMatch(of: /# HELP ([a-z_]+) .+/) {
          family = String(help.1)
          #expect(seen.insert(family).inserted, "\(family) is told once")
        } else if let type = line.wholeMatch(of: /# TYPE ([a-z_]+) (counter|gauge|histogram)/) {
          #expect(family == type.1)
        } else {
          let sample = try #require(
            line.wholeMatch(of: /([a-z_]+)(\{([a-z]+="([^"\\\n]|\\[\\"n])*",?)+\})? (-?[0-9.e+-]+|NaN)/), "\(line)")
          #expect(sample.1 == family || ["_bucket", "_sum", "_count"].contains { "\(family)\($0)" == sample.1 })
        }
      }
      all.formUnion(seen)
    }
    #expect(all == Set(Metrics.meanings.all.map(\.name)), "on a node to which everything has happened all are told")
  }

  @Test("a histogram's buckets include those before them and end with its count")
  func histogram() throws {
    let lines = StatusSnapshot.eventful.metrics.split(separator: "\n").filter {
      $0.contains("request_duration_seconds") && $0.contains("\"lookup\"")
    }
    let buckets = lines.filter { $0.contains("_bucket") }.compactMap {
      $0.split(separator: " ").last.flatMap { Int($0) }
    }
    // Two answers, and a refusal of each kind.
    let count = RefusalKind.allCases.count + 2
    #expect(buckets == buckets.sorted() && buckets.last == count)
    #expect(lines.last?.hasSuffix("_count{request=\"lookup\"} \(count)") == true)
  }

  @Test("every refusal is told from the start, so that the first one is an increase", arguments: RefusalKind.allCases)
  func refusals(kind: RefusalKind) {
    let text = StatusSnapshot(report: StatusReport(), counters: RequestCounters()).metrics
    for request in (RequestKind?).counted {
      let line = "headwater_refusals_total{request=\"\(request.label)\",reason=\"\(kind.name)\"} 0\n"
      #expect(text.contains(line), "\(line)")
    }
  }

  @Test("what a label holds stays in its quotes")
  func labels() {
    var text = MetricsText()
    text.add(Metrics.meanings.upstreamUp, [(["a\"b\\c\nd"], 1)])
    #expect(text.text.hasSuffix("headwater_upstream_up{upstream=\"a\\\"b\\\\c\\nd\"} 1\n"))
  }

  @Test(
    "Prometheus's own check finds nothing to say",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"), "needs Debian's package prometheus")
  )
  func promtool() async throws {
    let check = try await run(
      .path("/usr/bin/promtool"), arguments: ["check", "metrics"], input: .string(StatusSnapshot.eventful.metrics),
      output: .string(limit: 1 << 20), error: .combinedWithOutput)
    #expect(check.terminationStatus == .exited(0) && check.standardOutput == "")
  }
}
