// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// A comparison as JSON, an object a line: the counts, then each package with its contents and its floor behind it.
struct ComparisonJSON {
  private let sink: TextSink
  private let encoder = JSONEncoder()

  init(_ sink: TextSink) {
    self.sink = sink
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  func write(_ counts: ReleaseCounts, _ differences: DifferenceSpool) throws {
    try write(CountsLine(counts))
    try differences.walk { package in
      if package.change != .kept { try write(PackageLine(package)) }
      return .details
    } detail: { detail in
      switch detail {
      case .content(let tuple, let old, let new): try write(ContentLine(tuple, old, new))
      case .floor(let package, let old, let new): try write(FloorLine(package, old, new))
      case .package(let package): try write(PackageLine(package))
      }
    }
  }

  private func write(_ line: some Encodable) throws {
    try sink.write(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
  }
}

private struct CountsLine: Encodable {
  let kind = "counts"
  let old, new: [String: Int]
  let packages, contents, floors: [String: Int]

  init(_ counts: ReleaseCounts) {
    (old, new) = (counts.old.members, counts.new.members)
    var packages = counts.packages.members
    packages["same"] = counts.samePackages
    packages["kept"] = counts.keptPackages
    self.packages = packages
    contents = [
      "new": counts.contents.added, "gone": counts.contents.gone, "changed": counts.contents.changed,
    ]
    floors = counts.floors.members
  }
}

extension ReleaseCounts.Size {
  fileprivate var members: [String: Int] { ["packages": packages, "contents": contents, "floors": floors] }
}

extension ReleaseCounts.Values {
  fileprivate var members: [String: Int] { ["new": added, "gone": gone, "raised": raised, "lowered": lowered] }
}

private struct PackageLine: Encodable {
  let kind = "package"
  let change, version, pkgarch: String
  let old, new: String?

  init(_ found: PackageDifference) {
    change = found.change.rawValue
    (version, pkgarch) = (found.package.version, found.package.pkgarch)
    (old, new) = (found.old?.text, found.new?.text)
  }
}

private struct ContentLine: Encodable {
  let kind = "content"
  let change, version, pkgarch, checksum: String
  let old, new: [String]

  init(_ tuple: TupleKey, _ old: [String], _ new: [String]) {
    change = old.isEmpty ? "new" : new.isEmpty ? "gone" : "changed"
    (version, pkgarch, checksum) = (tuple.package.version, tuple.package.pkgarch, tuple.checksum)
    (self.old, self.new) = (old, new)
  }
}

private struct FloorLine: Encodable {
  let kind = "floor"
  let change, version, pkgarch: String
  let old, new: String?

  init(_ package: PackageKey, _ old: Revision?, _ new: Revision?) {
    (version, pkgarch) = (package.version, package.pkgarch)
    (self.old, self.new) = (old?.text, new?.text)
    change =
      switch (old, new) {
      case (nil, _): "new"
      case (_, nil): "gone"
      case (let old?, let new?): old < new ? "raised" : "lowered"
      }
  }
}
