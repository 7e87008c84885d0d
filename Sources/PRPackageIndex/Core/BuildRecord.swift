// SPDX-License-Identifier: Apache-2.0

/// What a build has recorded of one package: lines of the form `NAME = value`, as buildhistory writes them, or
/// `NAME:package: value`, as OE-Core writes pkgdata.
package struct BuildRecord {
  enum Field: Int, CaseIterable {
    case recipe, epoch, version, revision, package, packageEpoch, packageVersion, packageRevision

    static let names = ["PN", "PE", "PV", "PR", "PKG", "PKGE", "PKGV", "PKGR"]
    // Every case has its name.
    var name: String { Self.names[rawValue] }
  }

  private var values = [[UInt8]?](repeating: nil, count: Field.allCases.count)
  private var refusal: EntryRefusal?

  /// Reads a record of buildhistory.
  package init(history bytes: [UInt8]) {
    for line in bytes.split(separator: 0x0A) {
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      add(Self.trimmed(line[..<equals]), value: line[line.index(after: equals)...], isOverride: false)
    }
  }

  /// Reads a file of pkgdata.
  ///
  /// - Parameter package: the name that the variables have as a suffix where the package has its own value.
  package init(pkgdata bytes: [UInt8], package: String) {
    let suffix = Array(":\(package)".utf8)
    for line in bytes.split(separator: 0x0A) {
      // The value is behind the first colon that has a blank behind it.
      let colon = line.indices.first {
        line[$0] == 0x3A && line.index(after: $0) < line.endIndex && line[$0 + 1] == 0x20
      }
      guard let colon else { continue }
      let name = line[..<colon]
      let isOverride = name.count > suffix.count && name.suffix(suffix.count).elementsEqual(suffix)
      add(
        isOverride ? name.dropLast(suffix.count) : name, value: line[line.index(after: colon)...],
        isOverride: isOverride)
    }
  }

  private mutating func add(_ name: ArraySlice<UInt8>, value: ArraySlice<UInt8>, isOverride: Bool) {
    guard let index = Field.names.firstIndex(where: { $0.utf8.elementsEqual(name) }) else { return }
    if values[index] != nil, !isOverride {
      // A package's own value stands above the recipe's, whichever comes first.
      return
    }
    values[index] = Array(Self.trimmed(value))
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let last = text.last, last == 0x20 || last == 0x0D || last == 0x09 { text.removeLast() }
    while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
    return text
  }

  private func text(_ field: Field) throws(EntryRefusal) -> String? {
    guard let value = values[field.rawValue], !value.isEmpty else { return nil }
    return try EntryValue.text(value, field: field.name)
  }

  private func need(_ field: Field) throws(EntryRefusal) -> String {
    guard let text = try text(field) else { throw .missing(field: field.name) }
    return text
  }

  /// The record of another name for a package, which a build with several variants writes, has nothing else.
  package var isAlias: Bool { values[Field.recipe.rawValue] == nil && values[Field.version.rawValue] == nil }

  /// The package of a file of pkgdata.
  package func recorded(name: String, place: IndexPlace) throws(EntryRefusal) -> RecordedPackage {
    RecordedPackage(
      name: try text(.package) ?? name, version: try published, recipe: try need(.recipe),
      recipeVersion: try recipeVersion, place: place)
  }

  /// The package of a record of buildhistory, which names the recipe and the architecture by its folders.
  package func package(
    name: String, recipe: String, architecture: String, place: IndexPlace
  ) throws(EntryRefusal) -> PublishedPackage {
    PublishedPackage(
      name: try text(.package) ?? name, version: try published, architecture: architecture, recipe: recipe,
      content: nil, place: place, recipeVersion: try recipeVersion, recipeArchitecture: architecture)
  }

  private var recipeVersion: RecipeVersion {
    get throws(EntryRefusal) {
      RecipeVersion(epoch: try text(.epoch), version: try need(.version), revision: try need(.revision))
    }
  }

  private var published: PublishedVersion {
    get throws(EntryRefusal) {
      PublishedVersion(
        epoch: values[Field.packageEpoch.rawValue] == nil ? try text(.epoch) : try text(.packageEpoch),
        version: values[Field.packageVersion.rawValue] == nil ? try need(.version) : try need(.packageVersion),
        release: values[Field.packageRevision.rawValue] == nil ? try need(.revision) : try need(.packageRevision))
    }
  }
}
