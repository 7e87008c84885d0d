// SPDX-License-Identifier: Apache-2.0

/// A package revision: dotted decimal numbers such as `7` or `7.0.12`, totally ordered.
///
/// Two revisions are equal when their numbers are (`1` and `01`); the spelling is kept for storing and printing.
/// Source: docs/numbering.md, "Revisions".
package struct Revision: Sendable {
  /// The spelling, as it came or as it was minted: ASCII digits and dots.
  package let text: String

  /// The numbers, most significant first; never empty.
  package let components: [UInt64]

  /// The longest spelling that parses, in bytes. A revision ends up in the names of package files, and no file system
  /// that builds run on takes a longer name.
  package static let maximumTextLength = 255

  /// Parses a spelling.
  ///
  /// - Parameter text: one or more components of ASCII digits joined by `.`, each at most 2^64-1.
  /// - Returns: nil for anything else: a sign, a blank, an underscore, an empty component, a number too large.
  package init?(_ text: String) {
    var text = text
    guard let components = text.withUTF8({ Self.components(of: UnsafeRawBufferPointer($0)) }) else { return nil }
    self.text = text
    self.components = components
  }

  /// The revision with these numbers, in its plainest spelling.
  ///
  /// - Parameter components: at least one number.
  package init(components: [UInt64]) {
    precondition(!components.isEmpty, "a revision has at least one component")
    self.text = components.map(String.init).joined(separator: ".")
    self.components = components
  }

  private static func components(of bytes: UnsafeRawBufferPointer) -> [UInt64]? {
    guard bytes.count <= maximumTextLength else { return nil }
    var components: [UInt64] = []
    var number: UInt64 = 0
    var digits = 0
    for byte in bytes {
      if byte == UInt8(ascii: ".") {
        guard digits > 0 else { return nil }
        components.append(number)
        (number, digits) = (0, 0)
        continue
      }
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
      let (tens, tooLarge) = number.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(UInt64(truncatingIfNeeded: byte - UInt8(ascii: "0")))
      guard !tooLarge, !overflow else { return nil }
      number = sum
      digits += 1
    }
    guard digits > 0 else { return nil }
    components.append(number)
    return components
  }
}

extension Revision: Comparable {
  @inlinable
  package static func == (left: Revision, right: Revision) -> Bool { left.components == right.components }

  /// Component by component as numbers; a proper prefix is smaller: `1 < 1.0 < 1.1 < 2`.
  @inlinable
  package static func < (left: Revision, right: Revision) -> Bool {
    left.components.lexicographicallyPrecedes(right.components)
  }
}

extension Revision: Hashable {
  @inlinable
  package func hash(into hasher: inout Hasher) { hasher.combine(components) }
}

extension Revision: CustomStringConvertible {
  package var description: String { text }
}

extension Revision {
  /// The last component plus one: `next("1.9")` is `1.10`.
  ///
  /// - Throws: ``Overflow`` when the last component is 2^64-1.
  package func next() throws(Overflow) -> Revision {
    var components = components
    guard components[components.count - 1] < .max else { throw Overflow(revision: self) }
    components[components.count - 1] += 1
    return Revision(components: components)
  }

  /// This revision with one more component: `Revision("7").appending(0)` is `7.0`.
  package func appending(_ component: UInt64) -> Revision { Revision(components: components + [component]) }

  /// Whether this revision is `base` with at least one more component.
  @inlinable
  package func isUnder(_ base: Revision) -> Bool {
    components.count > base.components.count && components.starts(with: base.components)
  }

  /// A number that cannot be counted on from.
  package struct Overflow: Error, Equatable {
    /// The revision whose component stands at 2^64-1.
    package let revision: Revision

    package init(revision: Revision) { self.revision = revision }
  }
}
