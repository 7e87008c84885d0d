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
    try ledger.indexAtOnce(tuple.package)
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

extension Store {
  /// Indexes packages in slices, each in a transaction of its own. An import into them finds rows by number, and would
  /// otherwise index them in its one transaction, for which other decisions wait.
  public func index(_ packages: Set<PackageKey>) async throws(StoreError) {
    var rest = packages.sorted()[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(512))
      rest = rest.dropFirst(512)
      let lacking = try await read { reader throws(StoreError) in
        var lacking: [PackageKey] = []
        for package in some where try reader.recordedHead(of: package).lacksIndex { lacking.append(package) }
        return lacking
      }
      for package in lacking { try await index(package) }
    }
  }

  private func index(_ package: PackageKey) async throws(StoreError) {
    let error = await withCheckedContinuation { continuation in
      settling.settle(UnsettledPackage(key: package, isCopied: false), self) { continuation.resume(returning: $0) }
    }
    if let error { throw error }
  }
}
