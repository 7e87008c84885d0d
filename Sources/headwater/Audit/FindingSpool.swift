// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRPackageIndex

/// The findings of an audit of feeds, in a file until all of them are there: an index that turns out to be cut off counts for
/// nothing, and a database that is lost makes as many findings as the feed has values.
struct FindingSpool {
  private var records: TextSpool
  private(set) var count = 0

  init(in folder: URL) throws { records = try TextSpool(in: folder, named: "findings") }

  mutating func add(_ findings: [FeedFinding]) throws {
    for finding in findings {
      count += 1
      try records.append(["\(finding)", try finding.json])
    }
  }

  /// Writes what is left. Findings can be printed from then on.
  mutating func finish() throws { try records.finish() }

  func print(_ report: FeedAuditReport, asJSON: Bool) throws {
    var reader = try records.records(of: 2)
    guard asJSON else {
      Swift.print(report.text(isClean: count == 0))
      while let texts = try reader.next() { Swift.print(texts[0]) }
      return
    }
    Swift.print(#"{"clean":\#(count == 0),"findings":["#, terminator: "")
    var separator = ""
    while let texts = try reader.next() {
      Swift.print(separator + texts[1], terminator: "")
      separator = ","
    }
    Swift.print("],\(try report.json.dropFirst())")
  }
}

extension FeedFinding {
  fileprivate var json: String {
    get throws {
      return try fields.jsonLine
    }
  }

  private var fields: [String: String] {
    var fields: [String: String]
    switch self {
    case .twoContents(let package, let other):
      fields = Self.fields(package)
      fields.merge(Self.fields(other, prefix: "other_")) { first, _ in first }
    case .differingValues(let recipe, let version, let architecture, let lower, let higher):
      fields = ["recipe": recipe, "version": "\(version)", "architecture": architecture]
      (fields["lower"], fields["higher"]) = (lower.value.text, higher.value.text)
      fields.merge(Self.fields(lower.place)) { first, _ in first }
      fields.merge(Self.fields(higher.place, prefix: "other_")) { first, _ in first }
    case .unreadableValue(let package): fields = Self.fields(package)
    case .unusableEntry(let entry):
      fields = Self.fields(entry.place)
      fields["reason"] = "\(entry.reason)"
    case .downgrade(let old, let new), .downgradeElsewhere(let old, let new), .changedContent(let old, let new):
      fields = Self.fields(new)
      fields.merge(Self.fields(old, prefix: "old_")) { first, _ in first }
    case .lostRow(let package, let revision, let greatest):
      fields = Self.fields(package)
      (fields["pr_version"], fields["pkgarch"]) = (revision.package.version, revision.package.pkgarch)
      (fields["value"], fields["greatest"]) = (revision.value.text, greatest?.text)
    }
    fields["kind"] = kind
    return fields
  }

  private static func fields(_ package: PackageVersion, prefix: String = "") -> [String: String] {
    let fields = [
      "\(prefix)name": package.name, "\(prefix)version": "\(package.version)",
      "\(prefix)architecture": package.architecture,
    ]
    return fields.merging(Self.fields(package.place, prefix: prefix)) { first, _ in first }
  }

  private static func fields(_ place: IndexPlace, prefix: String = "") -> [String: String] {
    var fields = ["\(prefix)file": place.file]
    fields["\(prefix)line"] = place.line.map(String.init)
    return fields
  }
}
