// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRPackageIndex

@Suite("The search for indexes")
struct IndexSearchTests {
  private let folder: IndexFolder

  init() throws { folder = try IndexFolder() }

  private func found(in path: String = "") throws -> [String] {
    let start = folder.path + path
    return try IndexSearch.indexes(in: start).map { String($0.dropFirst(folder.path.utf8.count)) }
  }

  @Test("finds one index in each folder, in the order of names")
  func order() throws {
    for name in [
      "b/Packages", "b/Packages.gz", "a/Packages.gz", "a/Packages.xz", "a/Packages.sig", "rpm/repodata/repomd.xml",
      "rpm/x/repodata/repomd.xml", "Packages", "c/repomd.xml", "c/primary.xml", "B/d/Packages.zst",
    ] { try folder.write([], to: name) }
    #expect(
      try found() == [
        "/Packages", "/B/d/Packages.zst", "/a/Packages.gz", "/b/Packages", "/rpm/repodata/repomd.xml",
        "/rpm/x/repodata/repomd.xml",
      ])
    #expect(try found(in: "/rpm/repodata") == ["/rpm/repodata/repomd.xml"])
  }

  @Test("follows no link in circles or outside")
  func links() throws {
    let other = try IndexFolder()
    try other.write([], to: "Packages")
    try folder.write([], to: "a/Packages-1")
    try folder.link("a/Packages", to: "Packages-1")
    try folder.link("a/circle", to: "..")
    try folder.link("outside", to: other.path)
    try folder.write([], to: "b/Packages.gz")
    try folder.link("b/Packages", to: other.path + "/Packages")
    try folder.write([], to: "c/x")
    try folder.link("c/Packages", to: "Packages")
    #expect(try found() == ["/a/Packages", "/b/Packages.gz"])
  }

  @Test("finds nothing only with an error that says what was looked for")
  func nothing() throws {
    try folder.write([], to: "a/primary.xml")
    let error = #expect(throws: IndexError.self) { try found() }
    #expect(error.map { "\($0)".contains("Packages.gz") && "\($0)".contains(folder.path) } == true)
    #expect(throws: IndexError.missing(path: folder.path + "/none")) { try found(in: "/none") }
  }
}
