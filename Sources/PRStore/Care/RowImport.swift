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

/// Puts many rows on record in one transaction. Rows of one package should stand together: its values are looked up
/// once, not once a row.
public struct RowImport {
  private let ledger: Ledger
  private let rules: ImportRules
  private let provenance: Provenance
  private var package: PackageKey?
  /// Mostly one checksum a value; databases of BitBake's can have more.
  private var holders: [Revision: [String]] = [:]
  /// The greatest value that each package had before the import.
  private var floors: [PackageKey: Revision?] = [:]

  public init(into ledger: Ledger, rules: ImportRules, provenance: Provenance) {
    self.ledger = ledger
    self.rules = rules
    self.provenance = provenance
  }

  /// Takes a row.
  public mutating func take(_ tuple: TupleKey, _ value: Revision) throws(StoreError) -> ImportOutcome {
    if tuple.package != package { try turn(to: tuple.package) }
    if let known = holders[value], let holder = known.first {
      if known.contains(where: { $0.utf8.elementsEqual(tuple.checksum.utf8) }) { return .known }
      guard rules.allowsDuplicates else { return .refusedDuplicate(holder: holder) }
    }
    let floor = floors[tuple.package].flatMap(\.self)
    if let floor, value < floor, !rules.allowsLower { return .refusedBelow(floor) }
    guard try ledger.record(tuple, value, provenance) else { return .known }
    holders[value, default: []].append(tuple.checksum)
    guard let floor, value < floor else { return .added }
    return .addedBelow(floor)
  }

  private mutating func turn(to next: PackageKey) throws(StoreError) {
    package = next
    holders = [:]
    var greatest: Revision?
    for row in try ledger.reader.rows(of: next) {
      holders[row.value, default: []].append(row.checksum)
      greatest = max(greatest ?? row.value, row.value)
    }
    if floors[next] == nil { floors[next] = .some(greatest) }
  }
}
