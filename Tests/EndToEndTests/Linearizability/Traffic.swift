// SPDX-License-Identifier: Apache-2.0
import Foundation
import Histories
import Synchronization
import TestSeed

/// How much builders ask, and of what. Only few packages are asked for at any moment, so that requests meet in them, and
/// each for a short time, so that its history stays short.
struct Traffic: Sendable {
  /// How many requests all builders make together.
  var requests: Int
  /// How many times each crosser crosses.
  var crossings = 0
  var packagesAtOnce = 2
  /// How many requests a package gets, about.
  var requestsPerPackage = 40
  var checksums = 3
  /// Percentages. All other requests are `get-pr` without history.
  var withHistory = 6
  var tests = 10
  var greatest = 8
  var lookups = 8
  var imports = 0

  /// - Parameter ticket: the request's number.
  func package(for ticket: Int, _ numbers: inout SeededNumbers) -> Int {
    let span = ticket / (packagesAtOnce * requestsPerPackage)
    return span * packagesAtOnce + Int.random(in: 0..<packagesAtOnce, using: &numbers)
  }

  /// How many packages builders ask for.
  var packages: Int {
    (requests + packagesAtOnce * requestsPerPackage - 1) / (packagesAtOnce * requestsPerPackage) * packagesAtOnce
  }

  func question(_ numbers: inout SeededNumbers) -> Question {
    let checksum = Int.random(in: 0..<checksums, using: &numbers)
    var dice = Int.random(in: 0..<100, using: &numbers)
    func falls(in percentage: Int) -> Bool {
      dice -= percentage
      return dice < 0
    }
    if falls(in: withHistory) { return .allocate(checksum, history: true) }
    if falls(in: tests) { return .value(checksum, history: dice.isMultiple(of: 2)) }
    if falls(in: greatest) { return .greatest }
    if falls(in: lookups) { return .everything(checksum) }
    if falls(in: imports) { return .place(checksum, Value(.random(in: 0...60, using: &numbers))) }
    return .allocate(checksum, history: false)
  }

  /// What is asked of each package after everything else: every row that was answered has to be there.
  var closing: [Question] {
    [.greatest] + (0..<checksums).flatMap { [.everything($0), .value($0, history: true)] }
  }
}

/// The numbers of the builders' requests, drawn by all of them. Some draws wake a thread that waits. There are more than were asked for
/// where that thread has more to do: what it does may wait for requests.
final class Tickets: Sendable {
  private let state: Mutex<(next: Int, working: Int, isDisturbed: Bool)>
  private let count: Int
  private let every: Int
  private let marks = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - marks: how many draws wake the waiting thread. They are equally far apart.
  ///   - workers: how many clients have work of their own to end.
  init(_ count: Int, marks: Int = 0, workers: Int) {
    self.count = count
    every = count / (marks + 1) + 1
    state = Mutex((0, workers, marks > 0))
  }

  /// - Returns: nil when there are no more.
  func draw() -> Int? {
    let ticket = state.withLock { state -> Int? in
      guard state.next < count || state.isDisturbed else { return nil }
      defer { state.next += 1 }
      return state.next
    }
    if let ticket, ticket > 0, ticket.isMultiple(of: every) { marks.signal() }
    return ticket
  }

  func waitForMark() { marks.wait() }

  /// The thread that waits for marks has ended.
  func disturberHasEnded() { state.withLock { $0.isDisturbed = false } }

  /// How many were drawn.
  var drawn: Int { state.withLock { $0.next } }

  func workerHasEnded() { state.withLock { $0.working -= 1 } }

  var isOver: Bool { state.withLock { $0.working == 0 } }
}
