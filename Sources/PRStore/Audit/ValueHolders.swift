// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Which contents of one package each value names.
package struct ValueHolders {
  private var holders: [Revision: [String]] = [:]

  package init() {}

  /// - Parameter rows: of one package; values that are no revision do not count.
  package init(_ rows: [Row]) {
    for row in rows {
      if let value = Revision(row.value) { add(value, of: row.tuple.checksum) }
    }
  }

  package mutating func add(_ value: Revision, of checksum: String) {
    guard let known = holders[value] else {
      holders[value] = [checksum]
      return
    }
    guard !known.contains(where: { $0.utf8.elementsEqual(checksum.utf8) }) else { return }
    holders[value] = known + [checksum]
  }

  /// - Returns: sorted.
  package func checksums(with value: Revision) -> [String] { (holders[value] ?? []).sorted() }

  /// The values that name several contents together with those of `others`, least first: those that others do not have.
  package func beside(_ others: ValueHolders) -> [(value: Revision, checksums: [String])] {
    holders.keys.sorted().compactMap { value in
      let known = others.holders[value] ?? []
      let here = checksums(with: value).filter { one in !known.contains { $0.utf8.elementsEqual(one.utf8) } }
      return here.isEmpty || here.count + known.count < 2 ? nil : (value, here)
    }
  }

  /// Those that name several, least first.
  package var duplicates: [(value: Revision, checksums: [String])] {
    holders.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
  }
}
