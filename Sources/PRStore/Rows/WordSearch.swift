// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Words that are looked for in names, whatever the case of ASCII letters.
package struct WordSearch: Sendable {
  private let words: [[UInt8]]

  package init(_ words: [String]) { self.words = words.map(\.folded) }

  /// Whether each word is in the version, the architecture or the checksum.
  package func matches(_ tuple: TupleKey) -> Bool {
    let names = [tuple.package.version, tuple.package.pkgarch, tuple.checksum].map(\.folded)
    return words.allSatisfy { word in names.contains { $0.has(word) } }
  }
}

extension String {
  /// Its bytes, the letters of ASCII in lower case.
  fileprivate var folded: [UInt8] { utf8.map { (65...90).contains($0) ? $0 + 32 : $0 } }
}

extension [UInt8] {
  fileprivate func has(_ word: [UInt8]) -> Bool {
    word.count <= count && (0...(count - word.count)).contains { self[$0...].starts(with: word) }
  }
}
