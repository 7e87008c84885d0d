// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A version with a source revision that OE counts: `1.0+git5+9f2c3a1b00` is `1.0+git`, the count 5, and the revision.
///
/// BitBake writes `AUTOINC+` and the first ten digits of each revision, several of them joined by the recipe's SRCREV_FORMAT,
/// in most cases by `_`. The PR server's value then takes the place of `AUTOINC`. Source: `_get_srcrev` in BitBake's
/// lib/bb/fetch2/__init__.py, and `package_setup_pkgv` in OE-Core's package.bbclass.
struct CountedRevision: Hashable {
  /// What stands before the count.
  let head: String
  let count: Revision
  /// What follows the `+` behind the count.
  let tail: String

  private init(head: String, count: Revision, tail: String) {
    self.head = head
    self.count = count
    self.tail = tail
  }

  private static let digits = 10
  /// A count of so many digits is a date that belongs to PV.
  private static let dateDigits = 8
  /// The systems whose revisions BitBake counts, as recipes write them.
  private static let counting = ["git", "gitr", "hg", "hgr", "bzr", "bzrr"]
  /// Those whose revisions BitBake takes as they are, and appends to a PKGV with a `+` from OE-Core 4.3 on.
  private static let appending = ["svn", "svnr", "p4", "perforce", "cc"]

  /// Finds a counted revision.
  ///
  /// - Returns: nil where there is none.
  /// - Throws: `ambiguousRevision` where there may be one, or where the digits of the count may belong to PV.
  static func find(in version: String) throws(MappingRefusal) -> CountedRevision? {
    guard let plus = version.utf8.lastIndex(of: UInt8(ascii: "+")) else { return nil }
    let tail = version[version.utf8.index(after: plus)...]
    guard isRevisions(tail) else {
      if mayBeCounted(version) || isAppended(tail) { throw .ambiguousRevision }
      return nil
    }
    let (head, number) = number(before: version[..<plus])
    guard !number.isEmpty else { return nil }
    guard !head.isEmpty, number.prefix(while: { $0 != "." }).utf8.count < dateDigits,
      let count = Revision(String(number))
    else { throw .ambiguousRevision }
    return CountedRevision(head: String(head), count: count, tail: String(tail))
  }

  /// The count and the revision that follow a PV.
  init?(_ version: String, after head: String) {
    guard version.utf8.starts(with: head.utf8) else { return nil }
    let rest = Substring(version.utf8.dropFirst(head.utf8.count))
    guard let plus = rest.firstIndex(of: "+"), let count = Revision(String(rest[..<plus])),
      Self.isRevisions(rest[plus...].dropFirst())
    else { return nil }
    self.init(head: head, count: count, tail: String(rest[plus...].dropFirst()))
  }

  /// The longest text of digits and dots at the end, which begins with a digit.
  private static func number(before text: Substring) -> (head: Substring, number: Substring) {
    let run = text.suffix { $0 == "." || VersionBytes.isDigit($0.asciiValue ?? 0) }.drop { $0 == "." }
    return (text[..<run.startIndex], run)
  }

  private static func isRevisions(_ text: Substring) -> Bool {
    text.split(separator: "_", omittingEmptySubsequences: false).allSatisfy { part in
      part.utf8.count == digits
        && part.utf8.allSatisfy { VersionBytes.isDigit($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
  }

  /// Whether a number and a `+` follow the name of a system that counts.
  private static func mayBeCounted(_ version: String) -> Bool {
    version.utf8.indices.contains { index in
      guard version.utf8[index] == UInt8(ascii: "+") else { return false }
      let (head, number) = number(before: version[..<index])
      return !number.isEmpty && counting.contains { head.hasSuffix($0) }
    }
  }

  private static func isAppended(_ tail: Substring) -> Bool {
    let (head, number) = number(before: tail)
    return !number.isEmpty && appending.contains { $0.utf8.elementsEqual(head.utf8) }
  }
}

extension Substring {
  /// The longest suffix of such characters.
  fileprivate func suffix(while isTaken: (Character) -> Bool) -> Substring {
    var start = endIndex
    while start > startIndex, isTaken(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }
}
