// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRStatus

/// `headwater status` reads what a page sends, and the page reads what a database holds: any number that JSON can write.
@Suite("Extreme numbers")
struct ExtremeNumberTests {
  static let numbers = [
    "9223372036854775807", "-9223372036854775808", "1e300", "-1e300", "1e-300", "-0.0", "0", "-1", "9e15", "1.5",
    "9223372036854775000", "253402300800000",
  ]

  @Test("a report with an extreme number in any place is shown, or refused as JSON", arguments: numbers)
  func everyPlace(number: String) throws {
    let json = try StatusJSON.line(StatusSnapshot.eventful.report)
    let places = json.ranges(of: /-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?=[,}\]])/)
    #expect(places.count > 100)
    for place in places {
      show(json.replacingCharacters(in: place, with: number))
    }
    show(json.replacing(/-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?=[,}\]])/, with: number))
  }

  /// A trap ends the process, and with it the run of the tests.
  private func show(_ json: String) {
    guard let report = try? StatusJSON.report(json.utf8) else { return }
    #expect(!StatusText(report).text.isEmpty)
    let sight = StatusSnapshot(report: report, counters: StatusSnapshot.busyCounters)
    #expect(!sight.metrics.isEmpty)
    #expect(!StatusPage(report: report, nonce: "n").html.text.isEmpty)
  }
}
