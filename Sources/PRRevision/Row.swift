// SPDX-License-Identifier: Apache-2.0

/// A tuple with a value, as it stands in a database: rows are only ever added.
public struct Row: Hashable, Sendable {
  public let tuple: TupleKey
  /// The value's spelling. Other programs write rows too: it may be no revision.
  public let value: String

  public init(tuple: TupleKey, value: String) {
    self.tuple = tuple
    self.value = value
  }
}

/// Which rows are wanted. A nil name takes everything.
public struct RowFilter: Hashable, Sendable {
  public var version: String?
  public var pkgarch: String?
  /// Applied last: after the choice of the greatest, without history.
  public var checksum: String?
  /// With history every row; else only those that hold their package's greatest value.
  public var history: History

  public init(
    version: String? = nil, pkgarch: String? = nil, checksum: String? = nil, history: History = .none
  ) {
    self.version = version
    self.pkgarch = pkgarch
    self.checksum = checksum
    self.history = history
  }
}
