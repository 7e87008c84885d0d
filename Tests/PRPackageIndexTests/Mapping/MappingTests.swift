// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import PRRevision
import Testing

@Suite("From a version to a revision")
struct MappingTests {
  /// A package as an index has it, and what comes of it: `version arch value`, or the name of a reason.
  struct Case: Sendable, CustomTestStringConvertible {
    var kind: IndexKind
    var recipe: String?
    var version: String
    var architecture: String
    var expected: [String]
    var source: String?
    var recorded: RecipeVersion?
    var recordedArchitecture: String?
    var key: CountedRevisionKey?
    var maximumNumbers = 2
    var hasForeignArchitecture = false

    var testDescription: String { "\(kind) \(recipe ?? "?") \(version) \(architecture)" }

    init(
      _ kind: IndexKind, _ recipe: String?, _ version: String, _ architecture: String, _ expected: [String],
      source: String? = nil, recorded: RecipeVersion? = nil, recordedArchitecture: String? = nil,
      key: CountedRevisionKey? = nil, maximumNumbers: Int = 2,
      hasForeignArchitecture: Bool = false
    ) {
      (self.kind, self.recipe, self.version, self.architecture, self.expected) =
        (kind, recipe, version, architecture, expected)
      (self.source, self.recorded, self.recordedArchitecture) = (source, recorded, recordedArchitecture)
      (self.key, self.maximumNumbers) = (key, maximumNumbers)
      self.hasForeignArchitecture = hasForeignArchitecture
    }

    var package: PublishedPackage {
      PublishedPackage(
        name: "libfoo2", version: PublishedVersion(text: version), architecture: architecture, recipe: recipe,
        content: nil,
        place: IndexPlace(file: "Packages", line: 1), recipeVersion: recorded,
        recipeArchitecture: recordedArchitecture, sourceVersion: source.map { PublishedVersion(text: $0) },
        hasForeignArchitecture: hasForeignArchitecture)
    }
  }

  @Test(
    "of a package is found, or refused with its reason",
    arguments: MappingCases.releases + MappingCases.architectures + MappingCases.counted + MappingCases.recorded)
  func mapping(_ one: Case) {
    let facts = MappingFacts(
      maximumNumbers: one.maximumNumbers, countedKey: one.key,
      architectures: ArchitectureNames(
        given: ["core2-64", "x86_64", "x86_64-nativesdk", "a-b", "a_b", "core2-64"]))
    let mapping = RevisionMapping(facts)(one.package, one.kind)
    let found = mapping.revisions.map { "\($0.package) \($0.value)" } + mapping.refusals.map(\.rawValue)
    #expect(found == one.expected)
    #expect(mapping.isNothing == one.expected.isEmpty)
  }

  @Test("every reason is one of the cases above, and has a sentence of its own")
  func reasons() {
    let all = MappingCases.releases + MappingCases.architectures + MappingCases.counted + MappingCases.recorded
    let seen = Set(all.flatMap(\.expected))
    for reason in MappingRefusal.allCases { #expect(seen.contains(reason.rawValue), "\(reason.rawValue)") }
    #expect(Set(MappingRefusal.allCases.map(\.description)).count == MappingRefusal.allCases.count)
  }

  @Test("an architecture that is given counts before those of the database that are written in the same way")
  func given() {
    let known = ["a-b", "a_b", "core2-64"]
    func found(_ architecture: String, _ kind: IndexKind, given: [String]) -> [String] {
      let facts = MappingFacts(maximumNumbers: 1, architectures: ArchitectureNames(given: given, known: known))
      let one = Case(kind, "foo", "1-r0.7", architecture, [], source: "1-r0.7")
      let mapping = RevisionMapping(facts)(one.package, kind)
      return mapping.revisions.map(\.package.pkgarch) + mapping.refusals.map(\.rawValue)
    }
    #expect(found("a-b", .deb, given: ["a_b"]) == ["a_b"])
    #expect(found("a_b", .rpm, given: ["a-b"]) == ["a-b"])
    #expect(found("core2_64", .rpm, given: ["a_b"]) == ["core2-64"])
    for given in [[], ["a-b", "a_b"]] { #expect(found("a-b", .deb, given: given) == ["ambiguous-architecture"]) }
  }

  @Test("a release of OE-Core has the key under which it counts")
  func releases() {
    #expect(CountedRevisionKey(release: "kirkstone") == .uptoRevision)
    #expect(CountedRevisionKey(release: "scarthgap") == .withoutLastCharacter)
    #expect(CountedRevisionKey(release: "whinlatter") == .withoutPR)
    #expect(CountedRevisionKey(release: "scarthgab") == nil)
    for key in CountedRevisionKey.allCases { #expect(CountedRevisionKey(release: key.rawValue) == key) }
    #expect(Set(CountedRevisionKey.releaseNames).count == CountedRevisionKey.releaseNames.count)
  }
}
