// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRRevision
import PRStore

/// A floor that a command raises, with where it comes from.
struct GatheredFloor: Hashable, Sendable {
  var floor: Floor
  var origin: FloorProvenance.Origin
  var source: String?
}

/// The floors that a command has found: of each package the highest.
struct FloorSpool {
  private var sorter: SpoolSorter<GatheredFloor>
  private var last: GatheredFloor?

  init(in folder: URL) { sorter = SpoolSorter(in: folder, named: "floors") }

  var isEmpty: Bool { last == nil }

  mutating func add(_ found: GatheredFloor) throws {
    guard found.floor.isWithinLimits else {
      throw UserFacingError(
        "the name \(found.floor.package.version.prefix(60))… is longer than \(NameLimit.bytes) bytes, which no server takes"
      )
    }
    // The packages of a recipe often stand together.
    if let last, found.isCovered(by: last) { return }
    last = found
    try sorter.add(found)
  }

  /// Writes what is left. Floors can be read from then on.
  mutating func finish() throws { try sorter.finish() }

  /// Calls `body` with each floor, in the order of the packages.
  func readAll(_ body: (GatheredFloor) throws -> Void) throws {
    var floors = try sorter.records()
    while let found = try floors.next() { try body(found) }
  }

  /// Gives the floors in parts.
  func readAll(by count: Int, _ body: ([GatheredFloor]) async throws -> Void) async throws {
    var floors = try sorter.records()
    var part: [GatheredFloor] = []
    while let found = try floors.next() {
      part.append(found)
      guard part.count == count else { continue }
      try await body(part)
      part.removeAll(keepingCapacity: true)
    }
    if !part.isEmpty { try await body(part) }
  }
}

extension GatheredFloor: SpoolRecord {
  static let fields = 5

  var texts: [String] {
    [floor.package.version, floor.package.pkgarch, floor.value.text, origin.rawValue, source ?? ""]
  }

  var size: Int { floor.package.version.utf8.count + floor.package.pkgarch.utf8.count + (source?.utf8.count ?? 0) }

  init?(texts: [String]) {
    guard texts.count == Self.fields, let value = Revision(texts[2]),
      let origin = FloorProvenance.Origin(rawValue: texts[3])
    else { return nil }
    self.init(
      floor: Floor(package: PackageKey(version: texts[0], pkgarch: texts[1]), value: value), origin: origin,
      source: texts[4].isEmpty ? nil : texts[4])
  }

  /// By package; of one package the highest first.
  static func < (left: GatheredFloor, right: GatheredFloor) -> Bool {
    left.floor.package == right.floor.package
      ? right.floor.value < left.floor.value : left.floor.package < right.floor.package
  }

  func isCovered(by former: GatheredFloor) -> Bool {
    former.floor.package == floor.package && floor.value <= former.floor.value
  }
}
