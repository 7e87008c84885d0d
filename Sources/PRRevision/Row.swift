// SPDX-License-Identifier: Apache-2.0

/// A tuple with a value, as it stands in a database: rows are only ever added.
package struct Row: Hashable, Sendable {
  package let tuple: TupleKey
  /// The value's spelling. Other programs write rows too: it may be no revision.
  package let value: String

  package init(tuple: TupleKey, value: String) {
    self.tuple = tuple
    self.value = value
  }
}

/// Which rows are wanted. A nil name takes everything.
package struct RowFilter: Hashable, Sendable {
  package var version: String?
  package var pkgarch: String?
  /// Applied last: after the choice of the greatest, without history.
  package var checksum: String?
  /// With history every row; else only those that hold their package's greatest value.
  package var history: History

  package init(
    version: String? = nil, pkgarch: String? = nil, checksum: String? = nil, history: History = .none
  ) {
    self.version = version
    self.pkgarch = pkgarch
    self.checksum = checksum
    self.history = history
  }
}

extension RowFilter {
  /// Whether a tuple has the names that are asked for. Names are compared byte for byte.
  package func selects(_ tuple: TupleKey) -> Bool {
    let pairs = [
      (version, tuple.package.version), (pkgarch, tuple.package.pkgarch), (checksum, tuple.checksum),
    ]
    return pairs.allSatisfy { wanted, name in wanted.map { $0.utf8.elementsEqual(name.utf8) } ?? true }
  }
}
