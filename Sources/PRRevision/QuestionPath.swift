// SPDX-License-Identifier: Apache-2.0

/// The stores that a question has passed on its way up, the first asker's first.
package struct QuestionPath: Hashable, Sendable {
  package let stores: [String]

  /// So many stores a path has at most.
  package static let maximum = 16
  /// So many bytes the identity of a store has at most. With it the longest question fits ``NameLimit/message``.
  package static let maximumLength = 64

  /// That of a question which a client has put.
  package static let start = QuestionPath(unchecked: [])

  /// - Returns: nil for more stores than a path may have, for longer ones, and for those with other characters than visible ASCII
  ///   that JSON does not escape.
  ///
  /// - Parameter maximum: one more for a circle, whose first store is the last one too.
  package init?(_ stores: [String], maximum: Int = Self.maximum) {
    guard stores.count <= maximum, stores.allSatisfy(Self.isStore) else { return nil }
    self.init(unchecked: stores)
  }

  private static func isStore(_ text: String) -> Bool {
    1...maximumLength ~= text.utf8.count
      && text.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
  }

  private init(unchecked stores: [String]) { self.stores = stores }

  /// The path as a store sends it on. Where it would be too long it loses its beginning: a circle of no more stores than
  /// ``maximum`` is found all the same.
  ///
  /// - Parameter store: nil for a database without an identity.
  package func passing(_ store: String?) -> QuestionPath {
    guard let store, let own = QuestionPath([store]) else { return self }
    return QuestionPath(unchecked: (stores + own.stores).suffix(Self.maximum))
  }

  /// The circle that a question has come round in: from a store back to the same store.
  ///
  /// - Returns: nil unless the question has passed the store before.
  package func circle(at store: String?) -> QuestionPath? {
    guard let store, let first = stores.lastIndex(of: store) else { return nil }
    return QuestionPath(unchecked: stores[first...] + [store])
  }
}

extension QuestionPath: CustomStringConvertible {
  package var description: String { stores.joined(separator: " -> ") }
}
