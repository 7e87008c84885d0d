// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// From a published package back to what its build asked the PR server, and what the answer was.
///
/// OE-Core asks with the version PF, which is `PN-PV-PR`, or `PN-PE_PV-PR` for a PE above 0, and with PACKAGE_ARCH. It publishes
/// PKGE, PKGV and PKGR. The two differ where a recipe or a package overrides the latter. What cannot be told from the version
/// is refused. Source: docs/decisions/0052-from-a-version-to-a-revision.md.
package struct RevisionMapping: Sendable {
  package let facts: MappingFacts

  package init(_ facts: MappingFacts) { self.facts = facts }

  package func callAsFunction(_ package: PublishedPackage, _ kind: IndexKind) -> Mapping {
    do throws(MappingRefusal) {
      return try mapping(package, kind)
    } catch {
      return Mapping(refusals: [error])
    }
  }

  private func mapping(_ package: PublishedPackage, _ kind: IndexKind) throws(MappingRefusal) -> Mapping {
    let recorded = package.recipeVersion
    let release = try ReleaseText(package.version.release, recorded: recorded?.revision)
    // The release says nothing without a PR server. A counted revision is 0 then, and says nothing either.
    guard let value = try release.value(maximumNumbers: recorded == nil ? facts.maximumNumbers : nil) else {
      return Mapping()
    }
    guard let recipe = package.recipe, !recipe.isEmpty else { throw .noRecipe }
    guard !package.hasForeignArchitecture || package.recipeArchitecture != nil else { throw .noArchitecture }
    let architecture =
      if let known = package.recipeArchitecture { known } else {
        try facts.architectures.name(of: package.architecture, in: kind)
      }
    let epoch = try Self.prefix(ofEpoch: recorded.map(\.epoch) ?? package.version.epoch)
    let version =
      if let recorded { recordedVersion(recorded, of: package, kind) } else { try unrecordedVersion(of: package, kind) }

    var mapping = Mapping()
    func add(_ version: String, _ value: Revision) throws(MappingRefusal) {
      let key = PackageKey(version: version, pkgarch: architecture)
      guard TupleKey(package: key, checksum: "").overlongField == nil else { throw .nameTooLong }
      mapping.revisions.append(MappedRevision(package: key, value: value))
    }
    let stem = "\(recipe)-\(epoch)"
    try add("\(stem)\(version.text)-\(release.revision)", value)
    switch version.count {
    case .none: break
    case .unknown: mapping.refusals.append(.unknownCountedKey)
    case .counted(let key, let head, let count):
      try add(Self.countedVersion(key, stem: stem, head: head, revision: release.revision), count)
    }
    return mapping
  }

  /// OE's PV, and what is counted in it or behind it.
  private struct RecipeText {
    let text: String
    var count = Count.none

    enum Count {
      case none, unknown
      case counted(CountedRevisionKey, head: String, Revision)
    }
  }

  /// PV as it is recorded; PKGV has a count if it is PV with a number for `AUTOINC`, or PV with a revision behind it.
  private func recordedVersion(
    _ recorded: RecipeVersion, of package: PublishedPackage, _ kind: IndexKind
  ) -> RecipeText {
    let (version, published) = (recorded.version, package.version.version)
    func spelled(_ text: some StringProtocol) -> String { Self.spelling(of: String(text), in: kind) }
    if let range = version.firstRange(of: "AUTOINC") {
      let (head, tail) = (spelled(version[..<range.lowerBound]), spelled(version[range.upperBound...]))
      guard published.hasPrefix(head), published.hasSuffix(tail),
        let count = Revision(String(published.dropFirst(head.count).dropLast(tail.count)))
      else { return RecipeText(text: version) }
      let counted = RecipeText.Count.counted(.uptoRevision, head: String(version[..<range.lowerBound]), count)
      return RecipeText(text: version, count: counted)
    }
    guard let found = CountedRevision(published, after: spelled(version)), version.utf8.contains(UInt8(ascii: "+"))
    else {
      return RecipeText(text: version)
    }
    guard let key = facts.countedKey, key != .uptoRevision else { return RecipeText(text: version, count: .unknown) }
    return RecipeText(text: version, count: .counted(key, head: version, found.count))
  }

  /// PV as PKGV has it, which is its default.
  private func unrecordedVersion(
    of package: PublishedPackage, _ kind: IndexKind
  ) throws(MappingRefusal) -> RecipeText {
    let published = package.version.version
    if let source = package.sourceVersion {
      guard source.version == published, source.release == package.version.release else { throw .overriddenVersion }
    }
    guard let found = try CountedRevision.find(in: published) else {
      guard kind != .rpm || !published.utf8.contains(UInt8(ascii: "+")) else { throw .ambiguousHyphen }
      return RecipeText(text: published)
    }
    // A count of more numbers than a value has dots that belong to PV, or was given by a node that is not among the levels.
    guard found.count.components.count <= facts.maximumNumbers else { throw .ambiguousRevision }
    guard let key = facts.countedKey else { throw .unknownCountedKey }
    let signs = found.head.utf8.count { $0 == UInt8(ascii: "+") }
    guard key != .uptoRevision else {
      guard kind != .rpm || signs == 0 else { throw .ambiguousHyphen }
      let counted = RecipeText.Count.counted(key, head: found.head, found.count)
      return RecipeText(text: "\(found.head)AUTOINC+\(found.tail)", count: counted)
    }
    // OE-Core appends a revision to a PKGV with a `+` alone, so that one `+` of an rpm index is none that stands for `-`.
    guard signs > 0 else { throw .ambiguousRevision }
    guard kind != .rpm || signs == 1 else { throw .ambiguousHyphen }
    return RecipeText(text: found.head, count: .counted(key, head: found.head, found.count))
  }

  /// - Parameter stem: PN and PE, up to where PV begins.
  private static func countedVersion(
    _ key: CountedRevisionKey, stem: String, head: String, revision: String
  ) -> String {
    switch key {
    case .uptoRevision: "AUTOINC-\(stem)\(head)"
    case .withoutLastCharacter: "AUTOINC-\(stem)\(head)-\(revision.dropLast())"
    case .withoutPR: "AUTOINC-\(stem)\(head)-"
    }
  }

  /// What PF has before PV: `1_` for the PE 1; nothing for 0, and for none.
  private static func prefix(ofEpoch epoch: String?) throws(MappingRefusal) -> String {
    guard let epoch, !epoch.isEmpty else { return "" }
    guard epoch.utf8.allSatisfy(VersionBytes.isDigit) else { throw .unreadableEpoch }
    return epoch.utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? "" : "\(epoch)_"
  }

  /// How an index of this kind writes a version.
  private static func spelling(of version: String, in kind: IndexKind) -> String {
    kind == .rpm ? version.replacing("-", with: "+") : version
  }
}
