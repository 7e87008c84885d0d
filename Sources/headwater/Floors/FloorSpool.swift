// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// A floor that a command raises, with where it comes from.
struct GatheredFloor: Hashable, Sendable {
  var floor: Floor
  var origin: FloorProvenance.Origin
  var source: String?
}

/// The floors that a command has found. Of those of one package mostly the highest is kept: so many packages are held in memory, and
/// the others are in a file.
struct FloorSpool {
  private var records: TextSpool
  private var highest: [PackageKey: GatheredFloor] = [:]
  private(set) var isEmpty = true

  private static let maximumInMemory = 1 << 16
  private static let fields = 5

  init(in folder: URL) throws { records = try TextSpool(in: folder, named: "floors") }

  mutating func add(_ found: GatheredFloor) throws {
    isEmpty = false
    if let known = highest[found.floor.package], known.floor.value >= found.floor.value { return }
    highest[found.floor.package] = found
    if highest.count >= Self.maximumInMemory { try flush() }
  }

  /// Writes what is left. Floors can be read from then on.
  mutating func finish() throws {
    try flush()
    try records.finish()
  }

  private mutating func flush() throws {
    // Sorted: the same packages lead to the same order of floors.
    for (package, found) in highest.sorted(by: { $0.key < $1.key }) {
      try records.append([
        package.version, package.pkgarch, found.floor.value.text, found.origin.rawValue, found.source ?? "",
      ])
    }
    highest.removeAll(keepingCapacity: true)
  }

  /// Calls `body` with each floor.
  func readAll(_ body: (GatheredFloor) throws -> Void) throws {
    var reader = try records.records(of: Self.fields)
    while let texts = try reader.next() {
      guard texts.count == Self.fields, let value = Revision(texts[2]),
        let origin = FloorProvenance.Origin(rawValue: texts[3])
      else { throw reader.unreadable }
      let package = PackageKey(version: texts[0], pkgarch: texts[1])
      try body(
        GatheredFloor(
          floor: Floor(package: package, value: value), origin: origin, source: texts[4].isEmpty ? nil : texts[4]))
    }
  }
}
