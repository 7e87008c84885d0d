// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRPackageIndex

/// Indexes made by the programs that OE-Core runs, or by those that write the same.
@Suite("Indexes made by other programs")
struct IndexProgramTests {
  private let reader = PackageIndexReader()
  private let folder: IndexFolder

  init() throws { folder = try IndexFolder() }

  @Test(
    "dpkg-scanpackages",
    .enabled(if: IndexFolder.has("dpkg-scanpackages") && IndexFolder.has("dpkg-deb"), "needs Debian's package dpkg-dev")
  )
  func debian() async throws {
    try folder.write(
      """
      Package: libkmod2
      Version: 1:33+git5+01-r0.2.1
      Description: Shared library
       Shared library
      Section: libs
      Priority: optional
      Maintainer: A Maintainer <maintainer@example.org>
      Architecture: amd64
      OE: kmod
      PackageArch: core2-64

      """.utf8, to: "root/DEBIAN/control")
    try await folder.run("mkdir", "core2-64")
    try await folder.run("dpkg-deb", "-b", "root", "core2-64")
    let index = try await folder.run("dpkg-scanpackages", "core2-64")
    let size = try await folder.run("sh", "-c", "stat -c %s core2-64/*.deb")
    for (name, program) in [("Packages", "cat"), ("Packages.gz", "gzip"), ("Packages.xz", "xz")] {
      let path = try folder.write(
        try await folder.run("sh", "-c", "\(program)", input: index), to: "core2-64/\(name)")
      let package = try #require(try await reader.entries(path).first?.published)
      #expect(package.name == "libkmod2" && package.recipe == "kmod")
      #expect(package.version == PublishedVersion(epoch: "1", version: "33+git5+01", release: "r0.2.1"))
      #expect(package.architecture == "core2-64" && package.recipeArchitecture == "core2-64")
      #expect(package.content?.checksum.hasPrefix("sha256:") == true)
      #expect(package.content?.size.map { "\($0)\n" } == String(decoding: size, as: UTF8.self))
    }
    #expect(try IndexSearch.indexes(in: folder.path) == ["\(folder.path)/core2-64/Packages"])
  }

  @Test(
    "createrepo_c, with each of its compressions",
    .enabled(
      if: IndexFolder.has("createrepo_c") && IndexFolder.has("rpmbuild"), "needs Debian's packages createrepo-c and rpm"
    ),
    arguments: ["gz", "xz", "zstd"])
  func rpm(compression: String) async throws {
    // Not every version has zstd.
    let help = String(decoding: try await folder.run("createrepo_c", "--help"), as: UTF8.self)
    guard compression != "zstd" || help.contains("zstd") else { return }
    try folder.write(
      """
      Name: lib32-kmod
      Version: 33+git5+01
      Release: r0.2
      Epoch: 1
      Summary: Loads <modules> & more
      License: MIT
      %description
      Text
      %package -n lib32-libkmod2
      Summary: Library
      Version: 34
      %description -n lib32-libkmod2
      Library
      %files
      %files -n lib32-libkmod2

      """.utf8, to: "kmod.spec")
    try await folder.run(
      "rpmbuild", "-bb", "--quiet", "--target", "core2_64", "--define", "_topdir \(folder.path)/build", "--define",
      "_rpmdir \(folder.path)/rpm", "--define", "debug_package %{nil}", "kmod.spec")
    try await folder.run("createrepo_c", "-q", "--general-compress-type", compression, "rpm")
    let index = try IndexSearch.indexes(in: folder.path)
    #expect(index == ["\(folder.path)/rpm/repodata/repomd.xml"])
    let packages = try await reader.entries(try #require(index.first)).compactMap(\.published)
      .sorted { $0.name < $1.name }
    #expect(packages.map(\.name) == ["lib32-kmod", "lib32-libkmod2"])
    #expect(packages.map(\.recipe) == ["lib32-kmod", "lib32-kmod"])
    #expect(packages.map(\.version.version) == ["33+git5+01", "34"])
    #expect(packages.map(\.sourceVersion?.version) == ["33+git5+01", "33+git5+01"])
    #expect(packages.allSatisfy { $0.version.epoch == "1" && $0.version.release == "r0.2" })
    #expect(packages.allSatisfy { $0.architecture == "core2_64" && $0.content?.checksum.hasPrefix("sha256:") == true })
  }
}
