// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRPackageIndex

@Suite("Records of a build")
struct BuildRecordTests {
  private let place = IndexPlace(file: "runtime/libkmod2")

  @Test("a file of pkgdata gives the recipe and its version, and a package's own values stand above the recipe's")
  func pkgdata() throws {
    let text = """
      PN: kmod
      PE: 1
      PV: 33+gitAUTOINC+0123456789
      PR: r0
      PKGV:libkmod2: 34
      PKGV: 33+git5+0123456789
      PKGR: r0.2
      DESCRIPTION: PN: another
      PKG:libkmod2: libkmod2-2
      FILERPROVIDES:/usr/lib/libkmod.so.2:libkmod2: libkmod.so.2
      PKGSIZE:libkmod2: 98304
      """
    let record = BuildRecord(pkgdata: Array(text.utf8), package: "libkmod2")
    #expect(
      try record.recorded(name: "libkmod2", place: place)
        == RecordedPackage(
          name: "libkmod2-2", version: PublishedVersion(epoch: "1", version: "34", release: "r0.2"), recipe: "kmod",
          recipeVersion: RecipeVersion(epoch: "1", version: "33+gitAUTOINC+0123456789", revision: "r0"), place: place))
  }

  @Test(
    "a file of pkgdata without what is needed is refused",
    arguments: [
      ("PV: 1\nPR: r0\n", .missing(field: "PN")), ("PN: a\nPR: r0\n", .missing(field: "PV")),
      ("PN: a\nPV: 1\n", .missing(field: "PR")), ("PN: a b\nPV: 1\nPR: r0\n", .blank(field: "PN")),
      ("PN: a\nPV: 1\u{0}\nPR: r0\n", .controlCharacter(field: "PV")),
    ] as [(HostileText, EntryRefusal)])
  func refused(text: HostileText, reason: EntryRefusal) {
    let record = BuildRecord(pkgdata: Array(text.text.utf8), package: "a")
    #expect(throws: reason) { try record.recorded(name: "a", place: place) }
  }

  @Test("a record completes the entry of its version, and no other")
  func completes() throws {
    let recorded = RecordedPackage(
      name: "a", version: PublishedVersion(epoch: nil, version: "1+git5", release: "r0.1"), recipe: "b",
      recipeVersion: RecipeVersion(epoch: nil, version: "1+gitAUTOINC", revision: "r0"), place: place)
    func package(_ name: String, _ epoch: String?, _ version: String, _ recipe: String? = nil) -> PublishedPackage {
      PublishedPackage(
        name: name, version: PublishedVersion(epoch: epoch, version: version, release: "r0.1"), architecture: "all",
        recipe: recipe, content: nil, place: place)
    }
    var same = package("a", "0", "1+git5")
    let isCompleted = same.complete(by: recorded)
    #expect(isCompleted)
    #expect(same.recipe == "b" && same.recipeVersion == recorded.recipeVersion)
    for other in [
      package("c", nil, "1+git5"), package("a", nil, "1+git6"), package("a", "1", "1+git5"),
      package("a", nil, "1+git5", "c"),
    ] {
      var changed = other
      let isCompleted = changed.complete(by: recorded)
      #expect(!isCompleted && changed == other)
    }
  }

  @Test(
    "a folder of buildhistory gives the architecture that its build's vendor ends",
    arguments: [
      ("core2-64-poky-linux", "-poky", "core2-64"), ("all-poky-linux", "-poky", "all"),
      ("qemux86_64-poky-linux", "-poky", "qemux86_64"),
      ("cortexa7t2hf-neon-vfpv4-poky-linux-gnueabi", "-poky", "cortexa7t2hf-neon-vfpv4"),
      ("core2-64-poky-linux-musl", "-poky", "core2-64"), ("core2-32-pokymllib32-linux", "-poky", "core2-32"),
      ("x86_64-nativesdk-pokysdk-linux", "-poky", "x86_64-nativesdk"),
      ("my-poky-board-poky-linux", "-poky", "my-poky-board"),
      ("core2-64-linux", "", "core2-64"), ("arm-linux-gnueabi", "", "arm"), ("m4-poky-eabi", "-poky", "m4"),
      ("core2-64-oe-linux", "-poky", nil), ("-poky-linux", "-poky", nil), ("x86_64-linux", "-poky", nil),
      ("core2-64-poky-", "-poky", nil), ("core2-64-poky-linux-", "-poky", nil), ("-nativesdk-a-linux", "-poky", nil),
    ] as [(String, String, String?)])
  func targets(folder: String, vendor: String, architecture: String?) {
    #expect(TargetSystem(vendor: vendor).architecture(of: folder) == architecture)
  }

  @Test(
    "the folder of packages for all architectures shows the vendor, unless there are several",
    arguments: [
      (["core2-64-poky-linux", "all-poky-linux"], "-poky"), (["all-linux"], ""), (["core2-64-poky-linux"], nil),
      (["all-poky-linux", "all-oe-linux"], nil), ([], nil),
    ] as [([String], String?)])
  func vendors(folders: [String], vendor: String?) {
    #expect(TargetSystem(folders: folders)?.vendor == vendor)
  }

  @Test("what git prints gives records in chunks of any size", arguments: [1, 2, 3, 7, 50, 1000])
  func history(chunk: Int) throws {
    let (old, new) = (String(repeating: "0", count: 40), String(repeating: "a1", count: 20))
    func raw(_ from: String, _ to: String, _ kind: String, _ path: String) -> String {
      ":100644 100644 \(from) \(to) \(kind)\0\(path)\0"
    }
    let text =
      "c:0123456789abcdef\0\n" + raw(old, new, "A", "packages/all-poky-linux/a/b/latest")
      + raw(old, new, "A", "packages/all-poky-linux/a/latest") + "c:fedcba9876543210\0\n"
      + raw(new, old, "D", "packages/all-poky-linux/a/b/latest") + raw(old, new, "M", "images/x/a/b/latest")
    let bytes = Array(text.utf8)
    var reader = HistoryReader(repository: "bh")
    var changes: [RecordChange] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try reader.read(bytes.span.extracting(start..<min(start + chunk, bytes.count)), into: &changes)
    }
    try reader.finish()
    let path = RecordPath(target: "all-poky-linux", recipe: "a", package: "b")
    #expect(changes == [RecordChange(commit: "0123456789ab", blob: new, path: path)])
  }

  @Test(
    "other output of git is an error",
    arguments: ["x\0", ":1 2 3\0", ":100644 100644 00 zz M\0", "c:1\0:1 1 0 0 M\0", "half"])
  func unexpected(text: String) {
    #expect(throws: IndexError.malformed(IndexPlace(file: "bh"), problem: .unexpectedOutput)) {
      var reader = HistoryReader(repository: "bh")
      var changes: [RecordChange] = []
      try reader.read(Array(text.utf8).span, into: &changes)
      try reader.finish()
    }
  }
}
