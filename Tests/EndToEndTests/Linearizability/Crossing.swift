// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed

/// Gets a greater value from one event loop or process, and then asks another one, which is busy, for the superseded
/// checksum. An answer from what that loop read when its turn began is older than the question.
///
/// A loop reads the connections that were ready when its turn began, one after the other. So each connection to it has a
/// known tuple under way already, and may still be unread when the question arrives.
struct Crossing {
  private let near: RecordingClient
  private let far: [RecordingClient]
  private var package: Int
  private var newest = 0
  private var turn = 0

  /// How many known tuples the near process is asked for between two crossings.
  private var pause = 0

  private static let farConnections = 12
  /// A turn is long or short compared to an answer: another pause for each round finds one that fits.
  private static let pauses = [0, 1, 4, 16, 64]

  static func clients(_ number: Int, near: Target, far: Target) -> [RecordingClient] {
    [RecordingClient(number, of: near)]
      + (0..<farConnections).map { _ in RecordingClient(number, of: far, depth: 2, sharesLoopWithFloods: true) }
  }

  /// - Parameter clients: those of ``clients(_:near:far:)``.
  init(_ clients: [RecordingClient], number: Int) {
    (near, far) = (clients[0], Array(clients[1...]))
    package = 100_000_000 * (number + 1)
  }

  mutating func cross(_ checksums: Int, _ numbers: inout SeededNumbers) throws {
    if turn.isMultiple(of: far.count) { try prime(&numbers) }
    for _ in 0..<pause {
      try near.ask(KnownTuple.question, package: package + 1)
      try near.finish()
    }
    let superseded = newest
    newest = (newest + .random(in: 1..<checksums, using: &numbers)) % checksums
    try near.ask(.allocate(newest, history: false), package: package)
    try near.finish()
    try far[turn % far.count].ask(.allocate(superseded, history: false), package: package)
    turn += 1
  }

  private mutating func prime(_ numbers: inout SeededNumbers) throws {
    pause = Self.pauses.randomElement(using: &numbers) ?? 0
    for client in far { try client.finish() }
    package += 2
    try near.ask(.allocate(newest, history: false), package: package)
    try near.ask(KnownTuple.question, package: package + 1)
    try near.finish()
    for client in far { try client.ask(KnownTuple.question, package: package + 1) }
  }
}
