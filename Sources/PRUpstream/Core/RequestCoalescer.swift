// SPDX-License-Identifier: Apache-2.0

/// Decides which askers share the answer to one question.
///
/// An asker joins a question only as long as the question has not left for the upstream: an answer may be older than
/// what was committed above after the question left, and must not be older than its asker's own question. Askers that
/// come later wait, all together, for the same question to be sent once more when the one under way is settled. So a
/// question is under way once at most, however many ask it.
struct RequestCoalescer<Question: Hashable> {
  /// Names an asker; the caller chooses numbers that differ.
  typealias Asker = Int

  /// What becomes of an asker that comes.
  enum Admission: Hashable {
    /// The question is to be sent now.
    case ask
    /// The asker shares the answer of a question that is still here.
    case joined
    /// The question is to be sent again once it is settled.
    case queued
  }

  private struct Entry {
    var askers: [Asker]
    var hasLeft = false
    var queued: [Asker] = []
  }

  private var entries: [Question: Entry] = [:]

  mutating func admit(_ asker: Asker, to question: Question) -> Admission {
    guard let entry = entries[question] else {
      entries[question] = Entry(askers: [asker])
      return .ask
    }
    guard entry.hasLeft else {
      entries[question]?.askers.append(asker)
      return .joined
    }
    entries[question]?.queued.append(asker)
    return .queued
  }

  /// The question was written to a connection. Repeated calls, for retries, change nothing.
  mutating func left(_ question: Question) { entries[question]?.hasLeft = true }

  /// The question has an answer, or failed.
  ///
  /// - Returns: the askers that it is for, and the first of those that came later, for all of which the question is to be sent
  ///   again.
  mutating func settle(_ question: Question) -> (askers: [Asker], next: Asker?) {
    guard let entry = entries.removeValue(forKey: question) else { return ([], nil) }
    guard let next = entry.queued.first else { return (entry.askers, nil) }
    entries[question] = Entry(askers: entry.queued)
    return (entry.askers, next)
  }

  /// An asker waits no longer. A question under way stays so: it may still tell the upstream's state.
  mutating func remove(_ asker: Asker, from question: Question) {
    entries[question]?.askers.removeAll { $0 == asker }
    entries[question]?.queued.removeAll { $0 == asker }
  }
}
