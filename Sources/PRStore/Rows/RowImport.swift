// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What an import may do to the numbers that are there.
package struct ImportRules: Hashable, Sendable {
  /// Values below what the package has already: they would never be an answer.
  package var allowsLower: Bool
  /// Values that belong to another checksum of the package.
  package var allowsDuplicates: Bool

  package init(allowsLower: Bool = false, allowsDuplicates: Bool = false) {
    self.allowsLower = allowsLower
    self.allowsDuplicates = allowsDuplicates
  }
}

/// What an import did with a row.
package enum ImportOutcome: Hashable, Sendable {
  case added
  case known
  /// It was allowed, and lies below the package's greatest value.
  case addedBelow(Revision)
  case refusedBelow(Revision)
  case refusedDuplicate(holder: String)

  var isAddition: Bool {
    switch self {
    case .added, .addedBelow: true
    case .known, .refusedBelow, .refusedDuplicate: false
    }
  }
}

extension ReadContext {
  /// What an import of a row would do to the rows as they are. What it takes does not depend on how many there are.
  package func judge(_ tuple: TupleKey, _ value: Revision, _ rules: ImportRules) throws(StoreError) -> ImportOutcome {
    if try has(value, tuple) { return .known }
    if !rules.allowsDuplicates, let holder = try holder(of: value, besides: tuple) {
      return .refusedDuplicate(holder: holder)
    }
    guard let greatest = try greatest(of: tuple.package), value < greatest else { return .added }
    return rules.allowsLower ? .addedBelow(greatest) : .refusedBelow(greatest)
  }
}

extension WriteContext {
  /// Puts a row on record that is imported, if the rules allow it now.
  package func take(
    _ tuple: TupleKey, _ value: Revision, _ rules: ImportRules, _ provenance: Provenance
  ) throws(StoreError) -> ImportOutcome {
    try settleAtOnce(tuple.package)
    let outcome = try reader.judge(tuple, value, rules)
    switch outcome {
    case .added, .addedBelow: return try record(tuple, value, provenance) ? outcome : .known
    case .known, .refusedBelow, .refusedDuplicate: return outcome
    }
  }
}

extension Store {
  /// A row of an import.
  package typealias ImportedRow = (tuple: TupleKey, value: Revision)

  /// What an import of some rows would do. None is put on record here.
  ///
  /// - Parameters:
  ///   - trial: another store, which has the rows of the import that were judged before. The rows are imported there, so
  ///     that those of one import that contradict each other are found however many there are.
  ///   - isAlone: whether the import has one row of a package, which no other can contradict.
  package func judge(
    _ rows: [ImportedRow], _ rules: ImportRules, trial: Store,
    isAlone: (PackageKey) -> Bool = { _ in false }
  ) async throws(StoreError) -> [ImportOutcome] {
    let judged = try await read(in: .long) { reader throws(StoreError) in
      var outcomes: [ImportOutcome] = []
      for row in rows { outcomes.append(try reader.judge(row.tuple, row.value, rules)) }
      return outcomes
    }
    let isTried = zip(rows, judged).map { $1.isAddition && !isAlone($0.tuple.package) }
    let added = zip(rows, isTried).compactMap { $1 ? $0 : nil }
    var lenient = rules
    lenient.allowsLower = true
    guard !added.isEmpty else { return judged }
    var tried = try await trial.take(added, lenient, Provenance(.imported, asker: nil, milliseconds: nil))[...]
    return zip(judged, isTried).map { outcome, isTried in
      guard isTried, let other = tried.popFirst() else { return outcome }
      return other.isAddition ? outcome : other
    }
  }

  /// Puts rows on record, in one transaction, as far as the rules allow it now.
  package func take(
    _ rows: [ImportedRow], _ rules: ImportRules, _ provenance: Provenance
  ) async throws(StoreError) -> [ImportOutcome] {
    try await write(about: rows.map(\.tuple)) { context throws(StoreError) in
      var outcomes: [ImportOutcome] = []
      for row in rows { outcomes.append(try context.take(row.tuple, row.value, rules, provenance)) }
      return outcomes
    }
  }

  /// Settles packages in slices, each in a transaction of its own. An import into them finds rows by number, and would
  /// otherwise settle them in its one transaction, for which other decisions wait.
  package func settle(_ packages: Set<PackageKey>) async throws(StoreError) {
    var rest = packages.sorted()[...]
    while !rest.isEmpty {
      let some = Array(rest.prefix(512))
      rest = rest.dropFirst(512)
      let lacking = try await read { reader throws(StoreError) in
        var lacking: [UnsettledPackage] = []
        for package in some { if let unsettled = try reader.unsettled(package) { lacking.append(unsettled) } }
        return lacking
      }
      for package in lacking { try await settle(package) }
    }
  }

  private func settle(_ package: UnsettledPackage) async throws(StoreError) {
    let error = await withCheckedContinuation { continuation in
      settling.settle(package, engine) { continuation.resume(returning: $0) }
    }
    if let error { throw error }
  }
}
