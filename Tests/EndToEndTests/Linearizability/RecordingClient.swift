// SPDX-License-Identifier: Apache-2.0
import Foundation
import Histories
import TestSeed

/// Asks, and writes down what it asked, when, and what came back. When its connection ends, what was under way is lost,
/// and it goes on over another.
///
/// Not `Sendable`: each thread has its own.
final class RecordingClient {
  struct Recorded: Sendable {
    let package: Int
    var call: Call
  }

  private struct Pending {
    let package: Int
    let question: Question
    let start: Int64
  }

  private let number: Int
  let target: Target
  private let depth: Int
  /// Which event loop it wants, as far as the order of connections decides.
  let sharesLoopWithFloods: Bool
  private var connection: RawConnection?
  private var pending: [Pending] = []
  private(set) var record: [Recorded] = []
  private(set) var refusals: [String] = []

  /// - Parameters:
  ///   - depth: how many requests it has under way at most.
  init(_ number: Int, of target: Target, depth: Int = 1, sharesLoopWithFloods: Bool = false) {
    (self.number, self.target, self.depth) = (number, target, depth)
    self.sharesLoopWithFloods = sharesLoopWithFloods
  }

  /// Nanoseconds since the machine was started, by a clock that all threads share and that is never set.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Sends one request; with as many under way as may be, it waits for the oldest first.
  func ask(_ question: Question, package: Int) throws {
    while pending.count >= depth { try receive() }
    let connection = try connected()
    let bytes = Array((question.message(package: package, asksReadOnly: target.isReadOnly) + "\n").utf8)
    pending.append(Pending(package: package, question: question, start: Self.now))
    if connection.sendWhatIsTaken(bytes) != bytes.count { breakOff() }
  }

  /// Sends a piece of requests for a known tuple, once there is room for it among those under way.
  func send(piece known: inout KnownTuple) throws {
    while pending.count > depth - KnownTuple.pieceSize { try receive() }
    let connection = try connected()
    let (package, bytes) = known.nextPiece()
    let start = Self.now
    pending += Array(
      repeating: Pending(package: package, question: KnownTuple.question, start: start), count: KnownTuple.pieceSize)
    if connection.sendWhatIsTaken(bytes) != bytes.count { breakOff() }
  }

  func connect() throws { _ = try connected() }

  /// Waits for the replies to all that is under way.
  func finish() throws { while !pending.isEmpty { try receive() } }

  private func connected() throws -> RawConnection {
    if let connection { return connection }
    let connection = try target.connect()
    self.connection = connection
    return connection
  }

  private func receive() throws {
    guard let connection else { return breakOff() }
    let line: String
    do throws(RawConnection.End) {
      line = try connection.readLine()
    } catch {
      guard error != .timedOut else { throw Failure("no reply in time: \(target.log.suffix(2000))") }
      return breakOff()
    }
    let end = Self.now
    let asked = pending.removeFirst()
    let (answer, refusal) = try asked.question.answer(line)
    if let refusal { refusals.append(refusal) }
    keep(asked, answer, end)
  }

  private func breakOff() {
    for asked in pending { keep(asked, .lost, Call.never) }
    pending = []
    connection = nil
  }

  private func keep(_ asked: Pending, _ answer: Answer, _ end: Int64) {
    record.append(
      Recorded(
        package: asked.package,
        call: Call(
          asked.question, answer, from: asked.start, to: end, client: number, process: target.process)))
  }
}
