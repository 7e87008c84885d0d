// SPDX-License-Identifier: Apache-2.0

/// A request as a client saw it: what was asked, when, and what came back.
package struct Call: Hashable, Sendable {
  package var question: Question
  package var answer: Answer
  /// Nanoseconds of one monotonic clock, read before the first byte was written.
  package var start: Int64
  /// Read after the last byte of the reply was there. A lost reply has ``never``.
  package var end: Int64
  package var client: Int
  /// Which of the processes that serve the database was asked.
  package var process: Int
  /// What the upstream had answered before this request began; empty for a node without an upstream.
  package var above: Above

  package static let never = Int64.max

  package init(
    _ question: Question, _ answer: Answer, from start: Int64, to end: Int64, client: Int = 0, process: Int = 0,
    above: Above = Above()
  ) {
    self.question = question
    self.answer = answer
    self.start = start
    self.end = answer == .lost ? Self.never : end
    self.client = client
    self.process = process
    self.above = above
  }

  /// The same request, of which it is not said what came back.
  package var withoutAnswer: Call {
    Call(question, .lost, from: start, to: Self.never, client: client, process: process, above: above)
  }
}

/// A number stands for a checksum: states are compared often.
package typealias Checksum = Int

/// What can be asked of a package.
package enum Question: Hashable, Sendable {
  /// `get-pr`
  case allocate(Checksum, history: Bool)
  /// `test-pr`, and `get-pr` of a read-only node
  case value(Checksum, history: Bool)
  /// `max-package-pr`
  case greatest
  /// `lookup`
  case everything(Checksum)
  /// `import-one`
  case place(Checksum, Value)

  /// Whether it may add a row.
  package var mayChange: Bool {
    switch self {
    case .allocate, .place: true
    case .value, .greatest, .everything: false
    }
  }

  package var checksum: Checksum? {
    switch self {
    case .allocate(let checksum, _), .value(let checksum, _), .everything(let checksum), .place(let checksum, _):
      checksum
    case .greatest: nil
    }
  }
}

/// What came back.
package enum Answer: Hashable, Sendable {
  case value(Value)
  /// `null`
  case nothing
  /// All values of a checksum and the greatest of its package.
  case everything([Value], greatest: Value?, isComplete: Bool)
  /// The value to import belongs to another checksum.
  case taken
  /// No reply, or one that does not say whether the request took effect.
  case lost
}

/// What an upstream has certainly answered before a moment.
package struct Above: Hashable, Sendable {
  /// The greatest value of the request's checksum.
  package var value: Value?
  /// The greatest value of the package.
  package var greatest: Value?

  package init(value: Value? = nil, greatest: Value? = nil) {
    self.value = value
    self.greatest = greatest
  }
}
