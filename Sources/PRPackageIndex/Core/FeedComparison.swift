// SPDX-License-Identifier: Apache-2.0

/// Finds what a device with the old snapshot of a feed does not upgrade to in the new one.
package struct FeedComparison {
  private enum Progress: UInt8 { case missing, below, reached }

  private let old: FeedSnapshot
  /// What the new snapshot has of each package of the old one.
  private var progress: [Progress]
  /// The newest version of the new snapshot, while it is below the old one, and in the order in which that was seen.
  private var below: [Int: Candidate] = [:]
  private var belowNumbers: [Int] = []
  /// The newest version under an architecture that the old snapshot does not have of this name.
  private var arrivals: [UInt64: Candidate] = [:]

  private struct Candidate {
    let package: PackageVersion
    let kind: IndexKind
  }

  /// What a comparison comes to.
  package struct Outcome: Hashable, Sendable {
    package let findings: [FeedFinding]
    /// How many packages the new snapshot does not have. That is no finding: devices keep what they have.
    package let gone: Int
    /// How many of them it has under another architecture.
    package let moved: Int
  }

  package init(old: FeedSnapshot) {
    self.old = old
    progress = Array(repeating: .missing, count: old.entries.count)
  }

  /// Takes a package of the new snapshot.
  ///
  /// - Returns: whether its content is another one than the same version had.
  package mutating func take(_ package: PublishedPackage, kind: IndexKind) -> [FeedFinding] {
    let candidate = Candidate(package: PackageVersion(package), kind: kind)
    guard let number = old.number(of: package, kind) else {
      let name = FeedSnapshot.name(package, kind)
      if old.hasName(name), isNewer(candidate, than: arrivals[name]) { arrivals[name] = candidate }
      return []
    }
    switch VersionOrder(kind).relation(of: package.version, to: old.version(of: number)) {
    case .below:
      guard progress[number] != .reached else { return [] }
      if below[number] == nil { belowNumbers.append(number) }
      if isNewer(candidate, than: below[number]) { below[number] = candidate }
      progress[number] = .below
      return []
    case .equal:
      reach(number)
      guard let content = package.content.map(ContentMark.init), let former = old.entries[number].content,
        former.differs(from: content)
      else { return [] }
      return [.changedContent(old: oldPackage(number, like: candidate), new: candidate.package)]
    case .above:
      reach(number)
      return []
    }
  }

  package func finish() -> Outcome {
    var findings = belowNumbers.compactMap { number in
      below[number].map { FeedFinding.downgrade(old: oldPackage(number, like: $0), new: $0.package) }
    }
    var (gone, moved) = (0, 0)
    for number in old.entries.indices where progress[number] == .missing {
      gone += 1
      guard let arrival = arrivals[old.entries[number].name] else { continue }
      moved += 1
      let relation = VersionOrder(arrival.kind).relation(of: arrival.package.version, to: old.version(of: number))
      guard relation == .below else { continue }
      let former = oldPackage(number, like: arrival, architecture: old.architecture(of: number))
      findings.append(.downgradeElsewhere(old: former, new: arrival.package))
    }
    return Outcome(findings: findings, gone: gone, moved: moved)
  }

  private mutating func reach(_ number: Int) {
    below[number] = nil
    progress[number] = .reached
  }

  private func isNewer(_ candidate: Candidate, than other: Candidate?) -> Bool {
    guard let other else { return true }
    return VersionOrder(candidate.kind).relation(of: candidate.package.version, to: other.package.version) == .above
  }

  /// The old snapshot does not keep names; the new package has the same one.
  private func oldPackage(_ number: Int, like new: Candidate, architecture: String? = nil) -> PackageVersion {
    PackageVersion(
      name: new.package.name, version: old.version(of: number),
      architecture: architecture ?? new.package.architecture, place: old.place(of: number))
  }
}
