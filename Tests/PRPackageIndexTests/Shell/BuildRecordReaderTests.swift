// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRPackageIndex

@Suite("Readers of a build's records")
struct BuildRecordReaderTests {
  private let folder: IndexFolder

  init() throws { folder = try IndexFolder() }

  private func write(_ path: String, _ text: String) throws { try folder.write(text.utf8, to: path) }

  private func read(vendor: String? = nil) async throws -> [IndexEntry] {
    var entries: [IndexEntry] = []
    let summary = try await BuildHistoryReader(folder: folder.path).read(vendor: vendor) { entries.append($0) }
    #expect(summary.packages + summary.refused == entries.count)
    return entries
  }

  @Test("a folder of buildhistory gives each package with the recipe's own version and the architecture of its folder")
  func folders() async throws {
    try write("packages/all-poky-linux/tzdata/latest", "PV = 2024a\nPR = r0\nPACKAGES = tzdata\n")
    try write(
      "packages/all-poky-linux/tzdata/tzdata/latest", "PV = 2024a\nPR = r0\nPKGR = r0.3\nRPROVIDES = \nFILES = /a\n")
    try write("packages/all-poky-linux/tzdata/tzdata/latest.pkg_postinst", "PV = 9\n")
    try write(
      "packages/core2-64-poky-linux/kmod/libkmod2/latest",
      "PE = 1\nPV = 33+gitAUTOINC+01\nPR = r0\nPKG = libkmod2-2\nPKGV = 33+git5+01\nPKGR = r0.7.2\n")
    try write("packages/x86_64-linux/quilt-native/latest_srcrev", "")
    try write("packages/core2-64-oe-linux/a/a/latest", "PV = 1\nPR = r0\n")
    try folder.link("packages/circle", to: ".")
    let entries = try await read()
    #expect(
      entries == [
        .package(
          PublishedPackage(
            name: "tzdata", version: PublishedVersion(epoch: nil, version: "2024a", release: "r0.3"),
            architecture: "all", recipe: "tzdata", content: nil,
            place: IndexPlace(file: "\(folder.path)/packages/all-poky-linux/tzdata/tzdata/latest"),
            recipeVersion: RecipeVersion(epoch: nil, version: "2024a", revision: "r0"), recipeArchitecture: "all"), nil),
        .refused(
          RefusedEntry(
            place: IndexPlace(file: "\(folder.path)/packages/core2-64-oe-linux/a/a/latest"),
            reason: .unknownTarget(folder: "core2-64-oe-linux"))),
        .package(
          PublishedPackage(
            name: "libkmod2-2", version: PublishedVersion(epoch: "1", version: "33+git5+01", release: "r0.7.2"),
            architecture: "core2-64", recipe: "kmod", content: nil,
            place: IndexPlace(file: "\(folder.path)/packages/core2-64-poky-linux/kmod/libkmod2/latest"),
            recipeVersion: RecipeVersion(epoch: "1", version: "33+gitAUTOINC+01", revision: "r0"),
            recipeArchitecture: "core2-64"), nil),
      ])
  }

  @Test("a folder that does not show the vendor needs it")
  func vendor() async throws {
    try write("packages/core2-64-poky-linux/a/a/latest", "PV = 1\nPR = r0\n")
    await #expect(throws: IndexError.unknownTargets(folder: folder.path + "/packages")) { try await read() }
    #expect(try await read(vendor: "-poky").map(\.published?.architecture) == ["core2-64"])
  }

  @Test(
    "the commits of buildhistory give every version that a package had, also one that is gone",
    .enabled(if: IndexFolder.has("git"), "needs git"))
  func commits() async throws {
    try await folder.run("git", "init", "-q", ".")
    func commit(_ release: String?, padding: Int = 0) async throws {
      if let release {
        let files = String(repeating: "a", count: padding)
        try write("packages/all-poky-linux/a/b/latest", "PV = 1\nPR = r0\nPKGR = \(release)\nFILELIST = \(files)\n")
        try write("images/x", release)
      } else {
        try await folder.run("git", "rm", "-qr", "packages")
      }
      try await folder.run("git", "add", ".")
      try await folder.run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Build")
    }
    try await commit("r0.1")
    try await commit("r0.2", padding: 300_000)
    try await commit(nil)
    try await commit("r0.3")
    // A repository may name programs in its settings.
    try await folder.run("git", "config", "log.showSignature", "true")
    try await folder.run("git", "config", "gpg.program", "/headwater-no-such-program")
    let entries = try await read()
    #expect(entries.map(\.published?.version.release) == ["r0.3", "r0.3", "r0.2", "r0.1"])
    #expect(entries.first?.place.file.hasSuffix("/latest") == true)
    #expect(entries.last?.place.file.contains(#/b/latest@[0-9a-f]{12}$/#) == true)
  }

  @Test(
    "an object that is missing is an error, and no remote of the repository is asked for it",
    .enabled(if: IndexFolder.has("git"), "needs git"))
  func missingObject() async throws {
    try write("packages/all-poky-linux/a/b/latest", "PV = 1\nPR = r0\nPKGR = r0.1\n")
    try await folder.run("git", "init", "-q", ".")
    try await folder.run("git", "add", ".")
    try await folder.run("git", "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", "Build")
    let object = "git rev-parse HEAD:packages/all-poky-linux/a/b/latest | sed 's,..,&/,'"
    try await folder.run("sh", "-c", "rm \".git/objects/$(\(object))\"")
    for (name, value) in [
      ("core.repositoryFormatVersion", "1"), ("extensions.partialClone", "origin"), ("remote.origin.promisor", "true"),
      ("remote.origin.url", "ext::touch \(folder.path)/asked"), ("protocol.ext.allow", "always"),
    ] { try await folder.run("git", "config", name, value) }
    await #expect(throws: IndexError.self) { try await read() }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/asked"))
  }

  @Test("a missing git, or a repository that is none, is an error")
  func noGit() async throws {
    try write("packages/all-poky-linux/a/a/latest", "PV = 1\nPR = r0\n")
    try write(".git/HEAD", "damaged")
    let missing = BuildHistoryReader(folder: folder.path, git: "headwater-no-such-program")
    await #expect(
      throws: IndexError.missingProgram(name: "headwater-no-such-program", package: "git", path: folder.path)
    ) { try await missing.read { _ in } }
    let error = await #expect(throws: IndexError.self) { try await read() }
    guard case .failedProgram("git", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("pkgdata gives a record for each package, and none for other names of one")
  func pkgdata() throws {
    try write("runtime/libkmod2", "PN: kmod\nPV: 33\nPR: r0\nPKGV: 33\nPKGR: r0.2\nPKG:libkmod2: libkmod2-2\n")
    try write("runtime/lib32-tzdata", "PKG:lib32-tzdata: tzdata")
    try write("runtime/libkmod2.packaged", "")
    try write("runtime/damaged", "PN: a\nPV: 1\n")
    try folder.link("runtime/link", to: "libkmod2")
    var entries: [PackageDataReader.Entry] = []
    try PackageDataReader(folder: folder.path).read { entries.append($0) }
    #expect(
      entries == [
        .refused(
          RefusedEntry(place: IndexPlace(file: folder.path + "/runtime/damaged"), reason: .missing(field: "PR"))),
        .package(
          RecordedPackage(
            name: "libkmod2-2", version: PublishedVersion(epoch: nil, version: "33", release: "r0.2"), recipe: "kmod",
            recipeVersion: RecipeVersion(epoch: nil, version: "33", revision: "r0"),
            place: IndexPlace(file: folder.path + "/runtime/libkmod2"))),
      ])
    let kind = "the build's tmp/pkgdata/MACHINE"
    #expect(throws: IndexError.noRecords(folder: folder.path + "/runtime", wanted: "runtime", kind: kind)) {
      try PackageDataReader(folder: folder.path + "/runtime").read { _ in }
    }
    #expect(throws: IndexError.missing(path: folder.path + "/none")) {
      try PackageDataReader(folder: folder.path + "/none").read { _ in }
    }
  }
}
