// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What an import may do to the numbers that are there.
public struct ImportRules: Hashable, Sendable {
  /// Values below what the package has already: nobody would ever be answered them.
  public var allowsLower: Bool
  /// Values that belong to another checksum of the package.
  public var allowsDuplicates: Bool

  public init(allowsLower: Bool = false, allowsDuplicates: Bool = false) {
    self.allowsLower = allowsLower
    self.allowsDuplicates = allowsDuplicates
  }
}

/// What an import did with a row.
public enum ImportOutcome: Hashable, Sendable {
  case added
  case known
  /// It was allowed, and lies below the package's greatest value.
  case addedBelow(Revision)
  case refusedBelow(Revision)
  case refusedDuplicate(holder: String)
}

/// Puts many rows on record in one transaction. What it takes for a row does not depend on how many its package has.
public struct RowImport {
  private let ledger: Ledger
  private let rules: ImportRules
  private let provenance: Provenance
  /// The greatest value that each package had before the import.
  private var floors: [PackageKey: Revision?] = [:]

  public init(into ledger: Ledger, rules: ImportRules, provenance: Provenance) {
    self.ledger = ledger
    self.rules = rules
    self.provenance = provenance
  }

  /// Takes a row.
  public mutating func take(_ tuple: TupleKey, _ value: Revision) throws(StoreError) -> ImportOutcome {
    let floor = try floor(of: tuple.package)
    if try ledger.reader.has(value, tuple) { return .known }
    if !rules.allowsDuplicates, let holder = try ledger.holder(of: value, besides: tuple) {
      return .refusedDuplicate(holder: holder)
    }
    if let floor, value < floor, !rules.allowsLower { return .refusedBelow(floor) }
    guard try ledger.record(tuple, value, provenance) else { return .known }
    guard let floor, value < floor else { return .added }
    return .addedBelow(floor)
  }

  private mutating func floor(of package: PackageKey) throws(StoreError) -> Revision? {
    if let floor = floors[package] { return floor }
    let floor = try ledger.greatest(of: package)
    floors[package] = .some(floor)
    return floor
  }
}
