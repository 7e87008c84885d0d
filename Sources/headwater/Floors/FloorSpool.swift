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

/// The floors that a command has found: of each package the highest. So many packages are held in memory, and the others are in files,
/// each of which is sorted by package.
struct FloorSpool {
  private let folder: URL
  private var files: [TextSpool] = []
  private var filesWritten = 0
  private var highest: [PackageKey: GatheredFloor] = [:]
  private(set) var isEmpty = true

  private static let maximumInMemory = 1 << 16
  /// All of them are read at the same time.
  private static let maximumFiles = 16

  init(in folder: URL) { self.folder = folder }

  mutating func add(_ found: GatheredFloor) throws {
    guard found.floor.isWithinLimits else {
      throw UserFacingError(
        "the name \(found.floor.package.version.prefix(60))… is longer than \(NameLimit.bytes) bytes, which no server takes"
      )
    }
    isEmpty = false
    if let known = highest[found.floor.package], known.floor.value >= found.floor.value { return }
    highest[found.floor.package] = found
    if highest.count >= Self.maximumInMemory { try flush() }
  }

  /// Writes what is left. Floors can be read from then on.
  mutating func finish() throws { try flush() }

  private mutating func flush() throws {
    guard !highest.isEmpty else { return }
    let sorted = highest.sorted { $0.key < $1.key }
    files.append(try write { append in for (_, found) in sorted { try append(found) } })
    highest.removeAll(keepingCapacity: true)
    guard files.count == Self.maximumFiles else { return }
    files = [try write(readAll)]
  }

  private mutating func write(_ floors: ((GatheredFloor) throws -> Void) throws -> Void) throws -> TextSpool {
    filesWritten += 1
    var file = try TextSpool(in: folder, named: "floors-\(filesWritten)")
    try floors { try file.append($0.record) }
    try file.finish()
    return file
  }

  /// Calls `body` with each floor, in the order of the packages.
  func readAll(_ body: (GatheredFloor) throws -> Void) throws {
    var readers = try files.map { try FloorFile($0) }
    while let package = readers.compactMap(\.next?.floor.package).min() {
      var found: GatheredFloor?
      for index in readers.indices where readers[index].next?.floor.package == package {
        if let next = readers[index].next, found.map({ $0.floor.value < next.floor.value }) ?? true { found = next }
        try readers[index].advance()
      }
      if let found { try body(found) }
    }
  }
}

/// A file of a spool, which is read.
private struct FloorFile {
  private var reader: TextSpoolReader
  private(set) var next: GatheredFloor?

  init(_ file: TextSpool) throws {
    reader = try file.records(of: GatheredFloor.fields)
    try advance()
  }

  mutating func advance() throws {
    guard let texts = try reader.next() else {
      next = nil
      return
    }
    guard let found = GatheredFloor(record: texts) else { throw reader.unreadable }
    next = found
  }
}

extension GatheredFloor {
  fileprivate static let fields = 5

  fileprivate var record: [String] {
    [floor.package.version, floor.package.pkgarch, floor.value.text, origin.rawValue, source ?? ""]
  }

  fileprivate init?(record texts: [String]) {
    guard texts.count == Self.fields, let value = Revision(texts[2]),
      let origin = FloorProvenance.Origin(rawValue: texts[3])
    else { return nil }
    self.init(
      floor: Floor(package: PackageKey(version: texts[0], pkgarch: texts[1]), value: value), origin: origin,
      source: texts[4].isEmpty ? nil : texts[4])
  }
}
