// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRPackageIndex

/// What a command reads packages from.
enum PackageSource: Hashable, Sendable {
  /// An index, a folder that is searched for indexes, or - for standard input.
  case feed(String)
}

/// Reads the packages of sources, one after the other, with progress.
struct FeedReading {
  private let reader = PackageIndexReader()
  private(set) var summary = IndexSummary()

  /// - Parameter body: is called with each package that can be used, its kind, and the index; the kind of what builds have
  ///   recorded is ipk, which spells names as OE does.
  mutating func read(
    _ source: PackageSource, refused: (RefusedEntry) throws -> Void,
    _ body: (PublishedPackage, IndexKind, _ index: String) throws -> Void
  ) async throws {
    for (index, source) in try Self.indexes(of: source) {
      var progress = ProgressBar("reading \(index)")
      let read = try await reader.read(source) { place in
        if let length = place.length, length > 0 {
          progress.update(share: Double(place.position) / Double(length))
        }
      } _: { entry in
        switch entry {
        case .package(let package, let kind): try body(package, kind ?? .ipk, index)
        case .refused(let entry): try refused(entry)
        }
      }
      progress.finish()
      summary.add(read)
    }
  }

  private static func indexes(of source: PackageSource) throws -> [(String, IndexSource)] {
    switch source {
    case .feed("-"): return [("standard input", .standardInput)]
    case .feed(let path):
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        return [(path, .file(path: path))]
      }
      return try IndexSearch.indexes(in: path).map { ($0, .file(path: $0)) }
    }
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
