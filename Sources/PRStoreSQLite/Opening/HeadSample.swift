// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

/// Looks at an opening whether heads fit their rows: at all heads of a small file, and at some of a large one, in a time
/// that does not grow with the file. `headwater audit` compares every head.
struct HeadSample {
  private let connection: Connection
  private let check: HeadCheck
  private var random: SampleNumbers

  /// A file with so many rows is looked through; of a larger one about as many rows are read.
  static let maximumRows = 10_000
  /// A package with more rows is left to `headwater audit`.
  private static let maximumRowsOfPackage = 2_000
  private static let maximumPackages = 256

  /// - Parameter seed: what the choice of packages follows from.
  /// - Returns: nil on a file without heads.
  init?(_ connection: Connection, seed: UInt64) throws(StoreError) {
    guard try connection.hasTable("headwater_feed"), let check = try HeadCheck(connection) else { return nil }
    self.connection = connection
    self.check = check
    random = SampleNumbers(seed: seed)
  }

  /// The first head that does not fit.
  mutating func fault() throws(StoreError) -> HeadFault? {
    let last = try connection.number("SELECT max(serial) FROM headwater_feed") ?? 0
    return last <= Int64(clamping: Self.maximumRows) ? try faultOfAll() : try faultOfSome(upTo: last)
  }

  private func faultOfAll() throws(StoreError) -> HeadFault? {
    var count = 0
    for package in try connection.packages(of: ["headwater_package", "PRMAIN"]) {
      if let fault = try check.fault(of: package, count: &count) { return fault }
    }
    guard let heads = try HeadCheck.copyHeads(connection) else { return nil }
    for package in try connection.packages(of: [heads, RowTables.copy.rows]) {
      if let fault = try check.copyFault(of: package, count: &count) { return fault }
    }
    return nil
  }

  private mutating func faultOfSome(upTo last: Int64) throws(StoreError) -> HeadFault? {
    let statement = try connection.prepare(
      "SELECT version, pkgarch, origin FROM headwater_feed WHERE serial >= ?1 ORDER BY serial LIMIT 1")
    var count = 0
    for _ in 0..<Self.maximumPackages where count < Self.maximumRows {
      statement.bind(1, Int64.random(in: 1...last, using: &random))
      defer { statement.reset() }
      guard try statement.step(), let version = statement.text(0), let pkgarch = statement.text(1) else { continue }
      let package = PackageKey(version: version, pkgarch: pkgarch)
      let maximum = Self.maximumRowsOfPackage
      let fault =
        statement.text(2) == Provenance.Origin.copied.rawValue
        ? try check.copyFault(of: package, maximumRows: maximum, count: &count)
        : try check.fault(of: package, maximumRows: maximum, count: &count)
      if let fault { return fault }
    }
    return nil
  }
}

extension Connection {
  /// The packages that stand in any of some tables, each once.
  func packages(of tables: [String]) throws(StoreError) -> [PackageKey] {
    let statement = try prepare(tables.map { "SELECT version, pkgarch FROM \($0)" }.joined(separator: " UNION "))
    var packages: [PackageKey] = []
    while try statement.step() {
      guard let version = statement.text(0), let pkgarch = statement.text(1) else { continue }
      packages.append(PackageKey(version: version, pkgarch: pkgarch))
    }
    return packages
  }
}

/// Random numbers that follow from a seed: Vigna's splitmix64.
struct SampleNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
