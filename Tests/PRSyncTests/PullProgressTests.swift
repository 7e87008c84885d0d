// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRSync

@Suite("An upstream whose answers bring a copy no further")
struct PullProgressTests {
  private func page(
    serials: Int64 = 0, rows: Int = 0, bytes: Int = 0, more: Bool = true, waited: Duration? = nil
  ) -> PullProgress.Page {
    PullProgress.Page(serials: serials, rows: rows, bytes: bytes, hasMore: more, waited: waited)
  }

  /// How many such answers are put up with; nil for any number.
  private func endurance(_ page: PullProgress.Page) -> Int? {
    var progress = PullProgress()
    return (1...100).first { _ in progress.take(page, limit: 4096) == .stuck }
  }

  @Test("is left alone after eight such answers")
  func idle() {
    #expect(endurance(page(serials: 1)) == 8)
    #expect(endurance(page(serials: 1, rows: 1, bytes: 30)) == 8)
    #expect(endurance(page(serials: .min)) == 8)
    #expect(endurance(page(more: false, waited: .milliseconds(1))) == 8)
  }

  @Test("is none that brings rows, or passes over many that vanished, or waits for news")
  func useful() {
    #expect(endurance(page(serials: 4096)) == nil, "all of them vanished")
    #expect(endurance(page(serials: 4096, rows: 4096, bytes: 1 << 20)) == nil)
    #expect(endurance(page(serials: 20, rows: 20, bytes: 240_000)) == nil, "long rows")
    #expect(endurance(page(serials: 1, rows: 1, more: false, waited: .milliseconds(1))) == nil, "news")
    #expect(endurance(page(more: false, waited: .seconds(60))) == nil)
    #expect(endurance(page(more: false)) == nil, "it was not asked to wait")
  }

  @Test("has its answers counted anew after a useful one")
  func again() {
    var progress = PullProgress()
    for _ in 0..<20 {
      for _ in 1..<PullProgress.maximumIdle { #expect(progress.take(page(serials: 1), limit: 4096) == .idle) }
      #expect(progress.take(page(serials: 4096), limit: 4096) == .useful)
    }
    #expect(progress.take(page(serials: 1), limit: 1) == .useful, "one of one is all that was asked for")
  }
}
