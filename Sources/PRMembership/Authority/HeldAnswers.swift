// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Answers to reports that wait for news, each for half a minute at most. There is one of a sender: a newer report has the
/// older one answered.
final class HeldAnswers: Sendable {
  private struct Held {
    let sender: String
    /// In milliseconds since 1970.
    let until: Int64
    let answer: @Sendable () -> Void
  }

  private let held = Mutex<(answers: [Held], isReleased: Bool)>(([], false))

  /// In milliseconds.
  static let longest: Int64 = 30_000
  /// No more wait; further ones are answered at once.
  private static let maximum = 4096

  /// - Parameters:
  ///   - wait: in milliseconds; more than ``longest`` is as long as that.
  ///   - now: in milliseconds since 1970.
  ///   - answer: is called once.
  func hold(_ sender: String, for wait: Int64, now: Int64, _ answer: @escaping @Sendable () -> Void) {
    let due = held.withLock { held in
      guard !held.isReleased else { return [answer] }
      var due: [@Sendable () -> Void] = []
      if let index = held.answers.firstIndex(where: { $0.sender == sender }) {
        due.append(held.answers.remove(at: index).answer)
      }
      guard held.answers.count < Self.maximum else { return due + [answer] }
      held.answers.append(Held(sender: sender, until: now + min(max(wait, 0), Self.longest), answer: answer))
      return due
    }
    for answer in due { answer() }
  }

  /// Answers what has waited long enough. A clock that is set back makes no answer wait longer.
  func expire(now: Int64) {
    let due = held.withLock { held in
      let due = held.answers.filter { now >= $0.until || now < $0.until - Self.longest }
      held.answers.removeAll { now >= $0.until || now < $0.until - Self.longest }
      return due
    }
    for held in due { held.answer() }
  }

  /// There is news: all are answered.
  func answerAll() {
    let due = held.withLock { held in
      defer { held.answers = [] }
      return held.answers
    }
    for held in due { held.answer() }
  }

  /// The server stops: all are answered, and those that come.
  func release() {
    held.withLock { $0.isReleased = true }
    answerAll()
  }

  var count: Int { held.withLock { $0.answers.count } }
}
