// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension SQLiteReadContext {
  /// How the values of a package came to be, in the order in which they did.
  ///
  /// - Parameter checksum: only this one's; nil takes all.
  package func story(of package: PackageKey, checksum: String?) throws(StoreError) -> [RowHistory] {
    guard try connection.hasTable("headwater_feed") else { return try bareStory(of: package, checksum) }
    let statement = try connection.prepare(
      """
      SELECT serial, checksum, value, origin, asker, at FROM headwater_feed
      WHERE version = ?1 AND pkgarch = ?2 AND (?3 IS NULL OR checksum = ?3) ORDER BY serial
      """)
    statement.bind(1, package.version)
    statement.bind(2, package.pkgarch)
    statement.bind(3, checksum)
    var story: [RowHistory] = []
    while try statement.step() {
      guard let checksum = statement.text(1), let value = statement.text(2) else { continue }
      let origin = statement.text(3).flatMap(Provenance.Origin.init(rawValue:)) ?? .foreign
      story.append(
        RowHistory(
          serial: statement.number(0), checksum: checksum, value: value,
          provenance: Provenance(
            origin, asker: statement.text(4), milliseconds: statement.isNull(5) ? nil : statement.number(5))))
    }
    return story
  }

  /// A file that only BitBake's server has written tells no more than its rows.
  private func bareStory(of package: PackageKey, _ checksum: String?) throws(StoreError) -> [RowHistory] {
    try rows(of: package).filter { row in checksum.map { $0.utf8.elementsEqual(row.checksum.utf8) } ?? true }
      .sorted { $0.value < $1.value }
      .map { row in
        RowHistory(
          serial: 0, checksum: row.checksum, value: row.value.text,
          provenance: Provenance(.foreign, asker: nil, milliseconds: nil))
      }
  }
}
