// SPDX-License-Identifier: Apache-2.0
import Histories

/// A tuple that one client alone asks for. It keeps its value, so that after the first answer no decision is needed.
struct KnownTuple {
  private(set) var package: Int
  private var left = Self.requestsPerPackage
  private var piece: [UInt8] = []

  static let question = Question.allocate(0, history: false)
  /// Requests of a piece.
  static let pieceSize = 4
  private static let requestsPerPackage = 400
  /// Members without a meaning. A server has to read them, and a client only sends them: what keeps a server busy must
  /// not keep its client busy. A message stays below 32 KiB.
  private static let ballast = String(repeating: #","x":1"#, count: 4000)

  /// - Parameter client: each client has packages of its own.
  init(client: Int) {
    package = -1_000_000 * (client + 1)
    renew()
  }

  private mutating func renew() {
    package -= 1
    left = Self.requestsPerPackage
    let message = Self.question.message(package: package).dropLast() + Self.ballast + "}\n"
    piece = Array(String(repeating: String(message), count: Self.pieceSize).utf8)
  }

  /// Requests as bytes. After some hundred requests the package is replaced, so that its history stays short.
  mutating func nextPiece() -> (package: Int, bytes: [UInt8]) {
    if left < Self.pieceSize { renew() }
    left -= Self.pieceSize
    return (package, piece)
  }
}
