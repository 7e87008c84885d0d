// SPDX-License-Identifier: Apache-2.0

/// Values of packages that have come already. One is remembered in about 40 bytes, as its fingerprint.
package struct MappedRevisions {
  private var table = ShardedTable<Fingerprint, Void>()

  package init() {}

  /// - Returns: whether it comes for the first time.
  package mutating func insert(_ revision: MappedRevision) -> Bool {
    let key = Fingerprint(revision.package.version, revision.package.pkgarch, revision.value.text)
    guard table[key] == nil else { return false }
    table[key] = ()
    return true
  }
}
