// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore
import TestSeed
import TestThreads
import Testing

@Suite("Two releases compared", .ownThreads)
struct ReleaseComparisonTests {
  /// `a p c 3` is a row, `a p 3` a floor.
  private static func entries(_ lines: [String]) -> [ReleaseEntry] {
    lines.map { line in
      let parts = line.split(separator: " ").map(String.init)
      let package = PackageKey(version: parts[0], pkgarch: parts[1])
      return parts.count == 4
        ? ReleaseEntry(Row(tuple: TupleKey(package: package, checksum: parts[2]), value: parts[3]))
        : ReleaseEntry(Floor(package: package, value: Revision(parts[2])!))
    }.sorted()
  }

  /// - Parameter page: how many entries are supplied at once.
  private static func compare(
    _ old: [ReleaseEntry], _ new: [ReleaseEntry], page: Int = 3
  ) -> (found: [ReleaseDifference], counts: ReleaseCounts) {
    var (old, new) = (old[...], new[...])
    var comparison = ReleaseComparison()
    var found: [ReleaseDifference] = []
    while true {
      switch comparison.next() {
      case .needs(.old):
        comparison.supply(Array(old.prefix(page)), to: .old)
        old = old.dropFirst(page)
      case .needs(.new):
        comparison.supply(Array(new.prefix(page)), to: .new)
        new = new.dropFirst(page)
      case .found(let difference): found.append(difference)
      case .finished: return (found, comparison.counts)
      }
    }
  }

  /// `a p raised 3 4`, `c new [] [4]`, `floor 3 4`
  private static func texts(_ found: [ReleaseDifference]) -> [String] {
    found.map { difference in
      switch difference {
      case .content(let tuple, let old, let new): "\(tuple.checksum) \(old) \(new)"
      case .floor(_, let old, let new): "floor \(old?.text ?? "-") \(new?.text ?? "-")"
      case .package(let package):
        "\(package.package) \(package.change) \(package.old?.text ?? "-") \(package.new?.text ?? "-")"
      }
    }
  }

  static let cases: [(old: [String], new: [String], found: [String])] = [
    ([], [], []),
    (["a p c 1", "a p 7"], ["a p c 1", "a p 7"], []),
    ([], ["a p c 1"], [#"c [] ["1"]"#, "a p added - 1"]),
    (["a p c 1"], [], [#"c ["1"] []"#, "a p gone 1 -"]),
    (["a p c 9"], ["a p c 9", "a p d 10"], [#"d [] ["10"]"#, "a p raised 9 10"]),
    (["a p c 9", "a p d 10"], ["a p c 9"], [#"d ["10"] []"#, "a p lowered 10 9"]),
    (["a p c 9", "a p d 10"], ["a p d 10"], [#"c ["9"] []"#, "a p kept 10 10"]),
    (["a p c 1", "a p d 2"], ["a p c 1", "a p d 2", "a p c 3"], [#"c ["1"] ["1", "3"]"#, "a p raised 2 3"]),
    (["a p c 1"], ["a p c 01"], []),
    (["a p c 1", "a p c 01"], ["a p c 1"], []),
    (["a p c 1.9", "a p c 1.10"], ["a p c 2"], [#"c ["1.9", "1.10"] ["2"]"#, "a p raised 1.10 2"]),
    (["a p c x"], ["a p c y"], [#"c ["x"] ["y"]"#, "a p kept - -"]),
    (["a p c x"], ["a p c 1"], [#"c ["x"] ["1"]"#, "a p raised - 1"]),
    (["a p c 1"], ["a p c x"], [#"c ["1"] ["x"]"#, "a p lowered 1 -"]),
    (["a p c 1"], ["a p c 1", "a p 7"], ["floor - 7", "a p kept 1 1"]),
    (["a p 7", "a p c 1"], ["a p c 1"], ["floor 7 -", "a p kept 1 1"]),
    (["a p 7"], ["a p 7", "a p 17"], ["floor 7 17", "a p kept - -"]),
    (["a p 17", "a p 7"], ["a p 7"], ["floor 17 7", "a p kept - -"]),
    (["a p 7"], ["a p 07"], []),
    // The names are other ones where the texts behind each other are the same.
    (["ab c d 1"], ["a bc d 1"], [#"d [] ["1"]"#, "a bc added - 1", #"d ["1"] []"#, "ab c gone 1 -"]),
    (
      ["a p c 1", "c p c 1"], ["b p c 1", "c p c 1"], [#"c ["1"] []"#, "a p gone 1 -", #"c [] ["1"]"#, "b p added - 1"]
    ),
  ]

  @Test("each difference is found, and the package behind its contents", arguments: cases.indices)
  func found(index: Int) {
    let (old, new, expected) = Self.cases[index]
    for page in [1, 2, 100] {
      let (found, counts) = Self.compare(Self.entries(old), Self.entries(new), page: page)
      #expect(Self.texts(found) == expected, "in pages of \(page)")
      #expect(counts.areDifferent == !expected.isEmpty)
    }
  }

  @Test("names are compared as bytes")
  func bytes() {
    let (found, counts) = Self.compare(Self.entries(["\u{E9} p c 1"]), Self.entries(["e\u{301} p c 1"]))
    #expect(found.count == 4 && counts.packages.added == 1 && counts.packages.gone == 1)
  }

  @Test("counts are those of all that was found")
  func counts() {
    let old = ["a p c 1", "b p c 1", "b p d 2", "c p c 1", "d p c 4", "d p 9", "e p c 1", "e p 2", "f p c 0"]
    let new = [
      "b p c 1", "b p d 3", "c p c 1", "c p d 0", "d p c 3", "d p 8", "e p c 1", "e p 3", "f p c 0", "g p c 1",
    ]
    let counts = Self.compare(Self.entries(old), Self.entries(new)).counts
    #expect(counts.old == .init(packages: 6, contents: 7, floors: 2))
    #expect(counts.new == .init(packages: 6, contents: 8, floors: 2))
    #expect(PackageChange.allCases.map { counts.packages($0) } == [1, 1, 1, 1, 2] && counts.samePackages == 1)
    let (contents, floors) = (counts.contents, counts.floors)
    #expect([contents.added, contents.gone, contents.changed] == [2, 1, 2])
    #expect([floors.added, floors.gone, floors.raised, floors.lowered] == [0, 0, 1, 1])
  }

  @Test("random releases: what is found is the difference of their sets", arguments: Seed.several(400))
  func random(seed: Seed) {
    var random = seed.numbers
    let sides = (0..<2).map { _ in
      (0..<Int.random(in: 0...30, using: &random)).map { _ in
        let names = ["a", "b"].map { "\($0)\(Int.random(in: 0...1, using: &random))" }
        let checksum = Bool.random(using: &random) ? "c\(Int.random(in: 0...2, using: &random)) " : ""
        return "\(names[0]) \(names[1]) \(checksum)\(Int.random(in: 0...3, using: &random))"
      }
    }
    let (old, new) = (Self.entries(sides[0]), Self.entries(sides[1]))
    let page = Int.random(in: 1...9, using: &random)
    let (found, counts) = Self.compare(old, new, page: page)
    let (before, after) = (Self.contents(old), Self.contents(new))
    let reported = found.compactMap { difference -> ReleasePlace? in
      guard case .content(let tuple, let left, let right) = difference else { return nil }
      let place = ReleasePlace.content(tuple)
      #expect(Set(left) == before[place] ?? [] && Set(right) == after[place] ?? [], "\(seed)")
      return place
    }
    let differing = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
    #expect(reported == differing.sorted(), "\(seed)")
    let mirrored = Self.compare(new, old, page: page).counts
    #expect(counts.contents.added == mirrored.contents.gone, "\(seed)")
    #expect(counts.packages.lowered == mirrored.packages.raised, "\(seed)")
    #expect(counts.floors.raised == mirrored.floors.lowered, "\(seed)")
    #expect(counts.samePackages == mirrored.samePackages, "\(seed)")
  }

  private static func contents(_ entries: [ReleaseEntry]) -> [ReleasePlace: Set<String>] {
    entries.reduce(into: [:]) { all, entry in
      if case .content = entry.place { all[entry.place, default: []].insert(entry.value) }
    }
  }
}
