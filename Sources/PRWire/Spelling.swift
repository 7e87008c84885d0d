// SPDX-License-Identifier: Apache-2.0

/// Finds the word that was likely meant.
package enum Spelling {
  /// The nearest of some words.
  ///
  /// - Returns: nil where none is near enough to be a misspelling of the word.
  package static func nearest(to word: String, among words: some Sequence<String>) -> String? {
    guard word.utf8.count <= 64 else { return nil }
    let word = Array(word.lowercased())
    var best: (word: String, distance: Int)?
    for candidate in words {
      let letters = Array(candidate.lowercased())
      let bound = max(1, candidate.count / 3)
      // Words are at least as far from each other as their lengths are.
      guard abs(letters.count - word.count) <= bound else { continue }
      let distance = distance(word, letters)
      guard distance <= bound, distance < candidate.count else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.word
  }

  /// Insertions, deletions, replacements, and neighbours swapped, that lead from one word to the other.
  static func distance(_ from: [Character], _ to: [Character]) -> Int {
    guard !from.isEmpty, !to.isEmpty else { return max(from.count, to.count) }
    var beforeLast: [Int] = []
    var last = Array(0...to.count)
    for row in 1...from.count {
      var current = [row]
      for column in 1...to.count {
        let replacing = last[column - 1] + (from[row - 1] == to[column - 1] ? 0 : 1)
        var least = min(last[column] + 1, current[column - 1] + 1, replacing)
        if row > 1, column > 1, from[row - 1] == to[column - 2], from[row - 2] == to[column - 1] {
          least = min(least, beforeLast[column - 2] + 1)
        }
        current.append(least)
      }
      (beforeLast, last) = (last, current)
    }
    return last[to.count]
  }

  /// The nearest of some words, as a question.
  package static func help(_ word: String, among words: some Sequence<String>) -> String? {
    nearest(to: word, among: words).map { "did you mean '\($0)'?" }
  }

  /// `a, b or c`.
  package static func alternatives(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}
