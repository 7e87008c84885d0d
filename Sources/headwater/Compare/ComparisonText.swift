// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRRevision
import PRStore

/// A comparison as a person reads it: counts, and a list for each kind of change.
struct ComparisonText {
  private let sink: TextSink
  /// How many lines a list has; nil for all.
  private let limit: Int?

  init(_ sink: TextSink, limit: Int?) {
    self.sink = sink
    self.limit = limit
  }

  func write(_ counts: ReleaseCounts, _ differences: DifferenceSpool) throws {
    try sink.write(counts.text)
    for change in PackageChange.allCases where counts.packages(change) > 0 {
      try sink.write("\n\(change.title):\n")
      try list(change, of: counts.packages(change), differences)
    }
  }

  private func list(_ change: PackageChange, of count: Int, _ differences: DifferenceSpool) throws {
    var (lines, packages) = (0, 0)
    var leftOut = 0
    try differences.walk { package in
      guard package.change == change else { return .nextPackage }
      guard limit.map({ lines < $0 }) ?? true else { return .nothing }
      packages += 1
      lines += 1
      try sink.write("  \(package.text)\n")
      return change == .added || change == .gone ? .nextPackage : .details
    } detail: { detail in
      guard limit.map({ lines < $0 }) ?? true else {
        leftOut += 1
        return
      }
      lines += 1
      try sink.write("    \(detail.text)\n")
    }
    if leftOut > 0 { try sink.write("    and \(leftOut) contents more; --all lists them\n") }
    if packages < count { try sink.write("  and \(count - packages) packages more; --all lists them\n") }
  }
}

extension ReleaseCounts {
  fileprivate var text: String {
    """
    old: \(old.text)
    new: \(new.text)
    packages: \(packages.added) new, \(packages.gone) gone, \(packages.raised) with a greater value, \
    \(packages.lowered) with a smaller value, \(keptPackages) with other contents or floors, \(samePackages) the same
    contents: \(contents.added) new, \(contents.gone) gone, \(contents.changed) with other values
    floors: \(floors.added) new, \(floors.gone) gone, \(floors.raised) raised, \(floors.lowered) lower

    """
  }
}

extension ReleaseCounts.Size {
  fileprivate var text: String { "\(packages) packages, \(contents) contents, \(floors) floors" }
}

extension PackageChange {
  fileprivate var title: String {
    switch self {
    case .lowered: "packages whose greatest value is smaller: devices do not upgrade to it"
    case .gone: "packages that are gone"
    case .raised: "packages whose greatest value is greater"
    case .added: "new packages"
    case .kept: "packages with the same greatest value, and other contents or another floor"
    }
  }
}

extension PackageDifference {
  fileprivate var text: String {
    let (before, after) = (old?.text ?? "none", new?.text ?? "none")
    let name = package.shown
    switch change {
    case .lowered, .raised: return "\(name)  \(before) -> \(after)"
    case .gone: return "\(name)  \(before), \(oldContents) contents"
    case .added: return "\(name)  \(after), \(newContents) contents"
    case .kept: return "\(name)  \(after)"
    }
  }
}

extension ReleaseDifference {
  /// Within its package.
  fileprivate var text: String {
    switch self {
    case .content(let tuple, let old, let new):
      let (before, after) = (Self.joined(old), Self.joined(new))
      let checksum = LogText.value(tuple.checksum)
      if old.isEmpty { return "new \(checksum)  \(after)" }
      return new.isEmpty ? "gone \(checksum)  \(before)" : "changed \(checksum)  \(before) -> \(after)"
    case .floor(_, let old, let new):
      return "floor  \(old?.text ?? "none") -> \(new?.text ?? "none")"
    case .package(let package): return package.text
    }
  }

  private static func joined(_ values: [String]) -> String { values.map(LogText.value).joined(separator: ", ") }
}

extension PackageKey {
  /// On one line, whatever characters its names have.
  var shown: String { "\(LogText.value(version)) \(LogText.value(pkgarch))" }
}
