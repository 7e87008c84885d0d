// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRStore
import Synchronization

/// The answers to the request `federation`. The report is made once for what it was made of, and for two seconds: a client that asks for
/// page after page, or for one again and again, costs no more than its texts.
final class AnsweredPages<Source: Equatable & Sendable>: Sendable {
  typealias Instant = ContinuousClock.Instant

  private struct Held {
    let source: Source
    let at: Instant
    let pages: ReportPages
    /// By where they begin: those that a client gets which follows the pages.
    var texts: [Int: String] = [:]
  }

  private let held = Mutex<Held?>(nil)

  /// What changes without a change of the register is as old at most: alarms, and when a member was seen last.
  private static var patience: Duration { .seconds(2) }

  /// - Parameters:
  ///   - source: what the report is made of; another one makes a new report.
  ///   - report: makes it.
  func text(_ fields: PageFields, of source: Source, now: Instant, report: () -> FederationReport) -> String {
    held.withLock { held in
      var known: Held
      if let last = held, last.source == source, now - last.at < Self.patience {
        known = last
      } else {
        known = Held(source: source, at: now, pages: ReportPages(report()))
      }
      defer { held = known }
      let start = known.pages.start(after: fields.after)
      if let text = known.texts[start], (fields.after == nil) == (start == 0) { return text }
      let text = JSONLine.text(known.pages.page(from: start, isFirst: fields.after == nil))
      // A name of its own choice begins a page anywhere: such texts are not kept.
      if start % FederationReport.pageLength == 0, (fields.after == nil) == (start == 0) { known.texts[start] = text }
      return text
    }
  }
}
