// SPDX-License-Identifier: Apache-2.0
import TestSeed
import TestThreads
import Testing

/// What a network does to the line between a node and its upstream, while clients are served at both.
@Suite("A line between two nodes", .ownThreads)
struct LineFaultTests {
  private static let requests = runsLongTests ? 6000 : 400

  enum Fault: String, CaseIterable {
    case isSilent = "silent in both directions"
    case isHalfOpenUp = "silent toward the upstream"
    case isHalfOpenDown = "silent from the upstream"
    case isCut = "cut"
    case isReset = "reset"
    case isCutInAnAnswer = "cut in the middle of an answer"
    case isSlow = "slower than the deadline"
    case isInPieces = "in pieces of 3 bytes"

    func begin(on line: Relay) {
      switch self {
      case .isSilent: line.goSilent()
      case .isHalfOpenUp: line.goSilent([.up])
      case .isHalfOpenDown: line.goSilent([.down])
      case .isCut: line.cut()
      case .isReset: line.cut(resets: true)
      case .isCutInAnAnswer: line.cut(afterBytesDown: 37)
      case .isSlow: line.carry(delay: 0.4)
      case .isInPieces: line.carry(inPiecesOf: 3)
      }
    }

    func end(on line: Relay) {
      line.cut(afterBytesDown: nil)
      line.carry()
      line.heal()
    }
  }

  @Test("may fail in any way: each node numbers on, and no number twice", arguments: Fault.allCases, Seed.several(1))
  func fails(fault: Fault, seed: Seed) throws {
    let chain = try FaultyChain()
    try chain.expectOrder(seed, requests: Self.requests, disturbances: 4) { moment in
      let line = chain.lines[moment / 2]
      if moment.isMultiple(of: 2) { fault.begin(on: line) } else { fault.end(on: line) }
    }
    try chain.stop()
  }
}
