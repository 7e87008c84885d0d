// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Under which name, level and lane a node has minted, from which of its rows on.
package struct MinterNote: Hashable, Sendable, Codable {
  package struct Entry: Hashable, Sendable, Codable {
    /// The first serial.
    var since: Int64
    package var member: String?
    package var level: Int?
    package var lane: String?

    package init(member: String?, level: Int?, lane: String?, since: Int64 = 0) {
      self.since = since
      self.member = member
      self.level = level
      self.lane = lane
    }
  }

  /// The oldest first.
  private(set) var entries: [Entry] = []

  /// How many are kept: one is added where a node gets another place, which is rare.
  private static let most = 64

  init() {}

  /// - Returns: nil for what no version writes.
  init?(text: String) {
    guard let note = try? JSONDecoder().decode(MinterNote.self, from: Data(text.utf8)) else { return nil }
    self = note
  }

  var text: String { JSONLine.text(self) }

  /// - Returns: false where the place is the one that the node has.
  mutating func take(_ entry: Entry) -> Bool {
    if let last = entries.last, last.member == entry.member, last.level == entry.level, last.lane == entry.lane {
      return false
    }
    entries.append(entry)
    if entries.count > Self.most { entries.removeFirst() }
    return true
  }

  /// The place in which a row was minted; nil where it is not known.
  func entry(at serial: Int64) -> Entry? { entries.last { $0.since <= serial } }
}

extension Store {
  /// From now on rows are minted in this place.
  package func mint(
    as entry: MinterNote.Entry, done: @escaping @Sendable (Result<Void, StoreError>) -> Void
  ) {
    write { context throws(StoreError) in
      var note = try context.reader.minters()
      var entry = entry
      entry.since = try context.reader.newestSerial() + 1
      if note.take(entry) { try context.keep(.minters, note.text) }
    } done: {
      done($0)
    }
  }
}

extension ReadContext {
  func minters() throws(StoreError) -> MinterNote {
    try note(.minters).flatMap { MinterNote(text: $0) } ?? MinterNote()
  }
}
