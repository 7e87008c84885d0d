// SPDX-License-Identifier: Apache-2.0

/// What a store was asked, and what it answered: all that a checker is given beside the files.
package struct AnswerBook: Sendable {
  /// Rows that were answered, or read.
  package private(set) var answered: Set<StoredRow> = []
  /// Tuples that were asked for. Where no answer came, a row may be there or not.
  package private(set) var asked: Set<StoredTuple> = []
  /// The greatest answer of each package.
  package private(set) var greatest: [StoredPackage: Number] = [:]
  /// The floors that were raised with success, and all that were to be raised.
  package private(set) var floors: [StoredPackage: Number] = [:]
  package private(set) var askedFloors: [StoredPackage: Set<String>] = [:]
  /// The feeds of the upstream, each of a store that took the place of the one before. A serial is an index and 1.
  package private(set) var upstream: [[StoredRow]] = [[]]
  /// How far a copy came with success.
  package private(set) var copied: (generation: Int, serial: Int)?
  package var identity: String?

  package init() {}

  package mutating func ask(_ tuple: StoredTuple) { asked.insert(tuple) }

  /// - Returns: what is wrong with the answer.
  package mutating func answer(_ row: StoredRow) -> String? {
    asked.insert(row.tuple)
    answered.insert(row)
    guard let number = Number(row.value) else { return "an answer is no revision: \(row)" }
    let before = greatest[row.tuple.package]
    greatest[row.tuple.package] = max(number, before ?? number)
    return before.map { number < $0 } ?? false ? "an answer went down: \(row)" : nil
  }

  /// A row that was taken, whether or not it is the greatest of its package.
  package mutating func take(_ row: StoredRow) {
    asked.insert(row.tuple)
    answered.insert(row)
    guard let number = Number(row.value) else { return }
    greatest[row.tuple.package] = max(number, greatest[row.tuple.package] ?? number)
  }

  package mutating func askFloor(_ value: String, of package: StoredPackage) {
    askedFloors[package, default: []].insert(value)
  }

  package mutating func raise(_ value: String, of package: StoredPackage) {
    guard let number = Number(value) else { return }
    floors[package] = max(number, floors[package] ?? number)
  }

  /// What a copy that was made then must have, and may have besides if it was made later.
  package func orLater(_ later: AnswerBook) -> AnswerBook {
    var book = self
    book.asked = later.asked
    book.askedFloors = later.askedFloors
    book.upstream = later.upstream
    return book
  }

  // MARK: The upstream

  package static func store(ofGeneration generation: Int) -> String { "above \(generation)" }

  package var generation: Int { upstream.count - 1 }

  package mutating func addUpstream(_ row: StoredRow) { upstream[generation].append(row) }

  /// Another store takes the upstream's place, with the rows of its beginning.
  package mutating func replaceUpstream(keeping count: Int) {
    upstream.append(Array(upstream[generation].prefix(count)))
  }

  package mutating func copy(_ generation: Int, _ serial: Int) {
    if let copied, (copied.generation, copied.serial) >= (generation, serial) { return }
    copied = (generation, serial)
  }
}
