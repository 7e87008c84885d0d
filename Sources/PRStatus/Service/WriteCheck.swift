// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRStore

/// Whether a row can be stored right now: tried with a small one that says when it was tried, through the same writer.
actor WriteCheck {
  private let store: Store
  private var last: (problem: String?, at: ContinuousClock.Instant)?
  private var isUnderWay = false

  /// Who waits for a lock longer than this is not ready.
  private static let timeout = DispatchTimeInterval.seconds(2)

  init(_ store: Store) { self.store = store }

  /// - Parameters:
  ///   - age: an answer that is no older will do.
  ///   - now: milliseconds since 1970, to be written.
  /// - Returns: why nothing can be stored; nil when it can.
  func problem(noOlderThan age: Duration, now: Int64) async -> String? {
    if let last, .now - last.at < age { return last.problem }
    // A check made while the last try is stuck would only queue behind it.
    guard !isUnderWay else { return last.flatMap(\.problem) }
    isUnderWay = true
    let (answers, teller) = AsyncStream.makeStream(of: String?.self)
    store.write(
      { context throws(StoreError) in try context.keep(.checked, String(now)) },
      done: { outcome in
        if case .failure(let error) = outcome { teller.yield(error.description) } else { teller.yield(nil) }
      })
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.timeout) {
      teller.yield("the database has been busy for longer than 2 s; another process may hold its lock")
    }
    // The first answer counts. In a task of its own: it is kept for others, even if its client goes away.
    let problem = await Task { await answers.first { _ in true } ?? nil }.value
    isUnderWay = false
    last = (problem, .now)
    return problem
  }
}
