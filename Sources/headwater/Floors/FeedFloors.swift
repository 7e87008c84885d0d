// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRPackageIndex
import PRRevision
import PRStore

/// The floors that packages of a feed lead to, with what could not be used.
struct FeedFloors {
  private let mapping: RevisionMapping
  private(set) var report = FeedReport()

  init(_ facts: MappingFacts) { mapping = RevisionMapping(facts) }

  mutating func read(
    _ sources: [PackageSource], by reading: FeedReading, into spool: inout FloorSpool
  ) async throws {
    var reading = reading
    for entry in reading.unusableRecords { report.refuse(entry) }
    for source in sources {
      var report = report
      try await reading.read(source) { entry in
        report.refuse(entry)
      } _: { package, kind, _ in
        let mapped = mapping(package, kind)
        report.take(mapped, of: package)
        for revision in mapped.revisions {
          let floor = Floor(package: revision.package, value: revision.value)
          try spool.add(
            GatheredFloor(floor: floor, origin: source.origin, source: package.place.description))
        }
      }
      self.report = report
    }
    report.indexes = reading.summary.indexes
    report.packages = reading.summary.packages + reading.summary.refused
  }
}

extension PackageSource {
  fileprivate var origin: FloorProvenance.Origin {
    switch self {
    case .feed: .packageIndex
    case .buildHistory: .buildHistory
    }
  }
}

/// What reading a package feed came to.
struct FeedReport: Hashable, Sendable, Encodable {
  var indexes = 0
  var packages = 0
  /// Packages that lead to a floor.
  var mapped = 0
  /// Those of them that an index alone describes: PV is taken to be PKGV, which is its default.
  var assumed = 0
  /// Packages that were built without a PR server: they say nothing.
  var withoutValue = 0
  /// How often each reason came.
  private(set) var refused: [String: Int] = [:]
  /// The first ones, for a person.
  private(set) var examples: [String] = []

  private static let maximumExamples = 20

  enum CodingKeys: String, CodingKey {
    case indexes, packages, mapped, refused
    case assumed = "assumed_version"
    case withoutValue = "without_value"
  }

  mutating func refuse(_ entry: RefusedEntry) { refuse("unusable-entry", "\(entry)") }

  mutating func take(_ mapped: Mapping, of package: PublishedPackage) {
    if mapped.isNothing { withoutValue += 1 }
    if !mapped.revisions.isEmpty {
      self.mapped += 1
      if package.recipeVersion == nil { assumed += 1 }
    }
    for refusal in mapped.refusals {
      refuse(refusal.rawValue, "\(package.place): \(PackageVersion(package)): \(refusal)")
    }
  }

  private mutating func refuse(_ reason: String, _ text: @autoclosure () -> String) {
    refused[reason, default: 0] += 1
    if examples.count < Self.maximumExamples { examples.append(text()) }
  }

  var refusedCount: Int { refused.values.reduce(0, +) }

  var text: String {
    let counts =
      "packages of \(indexes) indexes: \(packages); with a value: \(mapped); without one: \(withoutValue); refused: \(refusedCount)"
    guard assumed > 0 else { return counts }
    return counts
      + "\nmapped by the index alone, with PKGV for PV: \(assumed); --pkgdata or --from-buildhistory say what PV is"
  }

  /// The first refused packages, and how often each reason came.
  var refusals: String {
    let counts = refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key): \($0.value)" }
    let more = refusedCount > examples.count ? ["… and \(refusedCount - examples.count) more"] : []
    return (examples + more + counts).joined(separator: "\n") + "\n"
  }
}
