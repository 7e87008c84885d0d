// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRAssembly
import PRPackageIndex
import PRRevision
import PRStore

/// What package indexes do not say.
struct FeedOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The release of OE-Core that built the packages, such as scarthgap: counted source revisions (AUTOINC) have another key in each.",
      valueName: "name"))
  var release: String?

  @Option(
    help: ArgumentHelp(
      "An architecture as OE writes it, such as core2-64, which a deb or rpm index may write in another way. Those of the database are known. Can be repeated.",
      valueName: "name"))
  var architecture: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many levels of nodes have numbered the packages: a value has as many numbers at most. Default: up to the level of this database.",
      valueName: "number"))
  var levels: Int?

  @Option(
    help: ArgumentHelp(
      "The pkgdata of a build, tmp/pkgdata/MACHINE: what it says of a package that an index has counts before what the index says. Can be repeated.",
      valueName: "folder"))
  var pkgdata: [String] = []

  func validate() throws {
    if let release, CountedRevisionKey(release: release) == nil {
      throw ValidationError(
        "--release \(release) is not known: it is one of \(CountedRevisionKey.releaseNames.joined(separator: ", "))")
    }
    if let levels, !(1...Partition.deepest + 1).contains(levels) {
      throw ValidationError("--levels \(levels): it is a number, 1 to \(Partition.deepest + 1)")
    }
  }

  /// The options that were given.
  var given: [String] {
    [
      release.map { _ in "--release" }, architecture.isEmpty ? nil : "--architecture", levels.map { _ in "--levels" },
      pkgdata.isEmpty ? nil : "--pkgdata",
    ].compactMap(\.self)
  }

  /// - Parameter store: nil where there is no database to ask.
  func facts(from store: Store?) async throws -> MappingFacts {
    var numbers = levels ?? 1
    var known: [String] = []
    if let store {
      let facts = try await store.read(in: .long) { reader throws(StoreError) in
        (level: try reader.note(.level).flatMap { Int($0) } ?? 0, names: try reader.architectures())
      }
      numbers = levels ?? facts.level + 1
      known = facts.names
    }
    return MappingFacts(
      maximumNumbers: numbers, countedKey: release.flatMap { CountedRevisionKey(release: $0) },
      architectures: ArchitectureNames(given: architecture, known: known))
  }
}
