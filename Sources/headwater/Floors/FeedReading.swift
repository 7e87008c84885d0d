// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRPackageIndex

/// What a command reads packages from.
enum PackageSource: Hashable, Sendable {
  /// An index, a folder that is searched for indexes, or - for standard input.
  case feed(String)
  /// A folder of buildhistory, and its past where it is a git repository.
  case buildHistory(String)
}

/// Reads the packages of sources, one after the other, with progress.
struct FeedReading {
  private let reader = PackageIndexReader()
  /// The build's TARGET_VENDOR; nil where the folders of buildhistory show it.
  private let vendor: String?
  /// What pkgdata says of packages, by their names.
  private var records: [String: [RecordedPackage]] = [:]
  /// Records of pkgdata that cannot be used: what they say of a package counts for nothing.
  private(set) var unusableRecords: [RefusedEntry] = []
  private(set) var summary = IndexSummary()

  /// - Parameter pkgdata: folders of pkgdata, which complete the packages of an index.
  init(vendor: String? = nil, pkgdata: [String] = []) throws {
    self.vendor = vendor
    for folder in pkgdata {
      try PackageDataReader(folder: folder).read { entry in
        switch entry {
        case .package(let record): records[record.name, default: []].append(record)
        case .refused(let entry): unusableRecords.append(entry)
        }
      }
    }
  }

  /// - Parameter body: is called with each package that can be used, its kind, and the index; the kind of what builds have
  ///   recorded is ipk, which spells names as OE does.
  mutating func read(
    _ source: PackageSource, refused: (RefusedEntry) throws -> Void,
    _ body: (PublishedPackage, IndexKind, _ index: String) throws -> Void
  ) async throws {
    let records = records
    func take(_ entry: IndexEntry, of index: String) throws {
      switch entry {
      case .package(var package, let kind):
        for record in records[package.name] ?? [] where package.complete(by: record) { break }
        try body(package, kind ?? .ipk, index)
      case .refused(let entry): try refused(entry)
      }
    }
    switch source {
    case .feed(let path): try await readFeed(path, take)
    case .buildHistory(let folder):
      var progress = ProgressBar("reading \(folder)")
      summary.add(
        try await BuildHistoryReader(folder: folder).read(vendor: vendor) {
          progress.update(count: $0)
        } _: {
          try take($0, of: folder)
        })
      progress.finish()
    }
  }

  private mutating func readFeed(
    _ path: String, _ take: (IndexEntry, _ index: String) throws -> Void
  ) async throws {
    for (index, source) in try Self.indexes(ofFeed: path) {
      var progress = ProgressBar("reading \(index)")
      let read = try await reader.read(source, before: summary.packages + summary.refused) { place in
        if let length = place.length, length > 0 {
          progress.update(share: Double(place.position) / Double(length))
        }
      } _: { entry in
        try take(entry, index)
      }
      progress.finish()
      summary.add(read)
    }
  }

  private static func indexes(ofFeed path: String) throws -> [(String, IndexSource)] {
    if path == "-" { return [("standard input", .standardInput)] }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [(path, .file(path: path))]
    }
    return try IndexSearch.indexes(in: path).map { ($0, .file(path: $0)) }
  }
}

extension IndexSummary {
  fileprivate mutating func add(_ other: IndexSummary) {
    indexes += other.indexes
    packages += other.packages
    refused += other.refused
    bytes += other.bytes
  }
}
