// SPDX-License-Identifier: Apache-2.0

/// The newest version of every package of a feed, as it was published once.
///
/// A package is remembered in about 130 bytes, its version among them. Its names are kept as 64 bits of a keyed function: any two
/// of a million names meet with a probability of 3 in 10^8.
package struct FeedSnapshot {
  struct Entry {
    let name: UInt64
    let version: VersionArena.Reference
    let content: ContentMark?
    let place: PlaceTable.Place
    let architecture: UInt32
  }

  private var numbers = ShardedTable<UInt64, UInt32>()
  /// Names without their architectures.
  private var names = ShardedTable<UInt64, Void>()
  private(set) var entries = ChunkedArray<Entry>()
  private var versions = VersionArena()
  private var places = PlaceTable()
  private var architectures = TextTable()

  package init() {}

  package mutating func take(_ package: PublishedPackage, kind: IndexKind) {
    let name = Self.name(package, kind)
    let entry = Entry(
      name: name, version: versions.append(package.version), content: package.content.map(ContentMark.init),
      place: places.place(package.place), architecture: architectures.number(of: package.architecture))
    guard let number = number(of: package, kind) else {
      guard entries.count < UInt32.max else { return }
      numbers[Self.key(package, kind)] = UInt32(clamping: entries.count)
      names[name] = ()
      return entries.append(entry)
    }
    if VersionOrder(kind).relation(of: package.version, to: version(of: number)) == .above { entries[number] = entry }
  }

  static func name(_ package: PublishedPackage, _ kind: IndexKind) -> UInt64 {
    Fingerprint.half(0, [kind.rawValue, package.name])
  }

  private static func key(_ package: PublishedPackage, _ kind: IndexKind) -> UInt64 {
    Fingerprint.half(1, [kind.rawValue, package.name, package.architecture])
  }

  /// Where the newest version stands among the entries.
  func number(of package: PublishedPackage, _ kind: IndexKind) -> Int? {
    numbers[Self.key(package, kind)].map { Int(clamping: $0) }
  }

  func hasName(_ name: UInt64) -> Bool { names[name] != nil }
  func version(of number: Int) -> PublishedVersion { versions[entries[number].version] }
  func place(of number: Int) -> IndexPlace { places[entries[number].place] }
  func architecture(of number: Int) -> String { architectures[entries[number].architecture] }
}
