// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Looks for what is wrong within package feeds, in indexes that it takes one after the other.
///
/// A package is remembered as fingerprints, about 110 bytes with all tables.
package struct FeedAudit {
  private struct Seen {
    let content: ContentMark
    let place: PlaceTable.Place
  }

  private var contents = ShardedTable<Fingerprint, Seen>()
  private var places = PlaceTable()
  private var values = IndexValues()

  package init() {}

  /// Takes a package.
  ///
  /// - Parameter index: which index it is from; packages of one index come one after the other.
  /// - Returns: what the package shows, or the end of the index before it.
  package mutating func take(_ package: PublishedPackage, kind: IndexKind, index: String) -> [FeedFinding] {
    var findings: [FeedFinding] = []
    if values.index != index {
      findings += finish()
      values = IndexValues(index)
    }
    let place = places.place(package.place)
    if let other = otherContent(than: package, kind, at: place) {
      findings.append(.twoContents(PackageVersion(package), other: places[other]))
    }
    if values.take(package, at: place) == .unreadable { findings.append(.unreadableValue(PackageVersion(package))) }
    return findings
  }

  /// Ends the last index. Contents are remembered, so that another index may follow.
  package mutating func finish() -> [FeedFinding] {
    defer { values = IndexValues("") }
    return values.findings(places)
  }

  /// Where the package was first, if it had another content there.
  private mutating func otherContent(
    than package: PublishedPackage, _ kind: IndexKind, at place: PlaceTable.Place
  ) -> PlaceTable.Place? {
    guard let content = package.content.map(ContentMark.init) else { return nil }
    let key = Fingerprint(kind.rawValue, package.name, package.version.description, package.architecture)
    guard let seen = contents[key] else {
      contents[key] = Seen(content: content, place: place)
      return nil
    }
    return seen.content.differs(from: content) ? seen.place : nil
  }
}
