// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRPackageIndex

@Suite("Repositories of rpm packages")
struct RPMRepositoryTests {
  private let reader = PackageIndexReader()
  private let folder: IndexFolder

  init() throws { folder = try IndexFolder() }

  private func repomd(location: String, kind: String = "sha256", checksum: String) throws -> String {
    try folder.write(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
        <revision>1700000000</revision>
        <data type="filelists">
          <checksum type="sha256">00</checksum>
          <location href="repodata/filelists.xml.gz"/>
        </data>
        <data type="primary">
          <checksum type="\(kind)">\(checksum)</checksum>
          <open-checksum type="sha256">00</open-checksum>
          <location href="\(location)"/>
          <timestamp>1700000000</timestamp>
          <size>1</size>
        </data>
      </repomd>
      """.utf8, to: "repodata/repomd.xml")
  }

  private func sum(_ program: String, _ bytes: [UInt8]) async throws -> String {
    String(decoding: try await folder.run(program, input: bytes).prefix { $0 != 0x20 }, as: UTF8.self)
  }

  @Test(
    "the index that repomd.xml names is read if it has the checksum",
    arguments: [("sha256", "sha256sum"), ("sha512", "sha512sum"), ("sha", "sha1sum"), ("sha1", "sha1sum")])
  func named(kind: String, program: String) async throws {
    let bytes = try IndexFixture.bytes("rpm/primary.xml")
    try folder.write(bytes, to: "repodata/a-primary.xml")
    let path = try repomd(location: "repodata/a-primary.xml", kind: kind, checksum: try await sum(program, bytes))
    let entries = try await reader.entries(path)
    #expect(entries.compactMap(\.published?.name) == ["lib32-libz1", "tzdata"])
    try folder.write(bytes + [0x0A], to: "repodata/a-primary.xml")
    await #expect(
      throws: IndexError.otherChecksum(path: folder.path + "/repodata/a-primary.xml", repomd: path)
    ) { try await reader.entries(path) }
  }

  @Test("a checksum of another kind is refused", arguments: ["md5", "", "none"])
  func otherKind(kind: String) async throws {
    try folder.write(try IndexFixture.bytes("rpm/primary.xml"), to: "repodata/primary.xml")
    let path = try repomd(location: "repodata/primary.xml", kind: kind, checksum: "00")
    await #expect(throws: IndexError.unknownChecksum(repomd: path, kind: kind)) { try await reader.entries(path) }
  }

  @Test(
    "a location outside the repository is refused",
    arguments: ["/etc/passwd", "../primary.xml", "repodata/../../primary.xml", "", "repodata//a", "./a", "a b"])
  func outside(location: String) async throws {
    let path = try repomd(location: location, checksum: "00")
    await #expect(throws: IndexError.outside(path: path, location: location)) { try await reader.entries(path) }
  }

  @Test("a symbolic link that leads outside is refused")
  func linkedOutside() async throws {
    let other = try IndexFolder()
    try other.write(try IndexFixture.bytes("rpm/primary.xml"), to: "primary.xml")
    let path = try repomd(location: "repodata/primary.xml", checksum: "00")
    try folder.link("repodata/primary.xml", to: other.path + "/primary.xml")
    await #expect(throws: IndexError.outside(path: path, location: "repodata/primary.xml")) {
      try await reader.entries(path)
    }
  }

  @Test(
    "a repomd.xml that names no index, or two, is refused",
    arguments: [
      "<repomd></repomd>", "<repomd><data type=\"other\"></data></repomd>",
      "<repomd><data type=\"primary\"></data><data type=\"primary\"></data></repomd>",
    ])
  func noPrimary(text: String) {
    #expect(throws: IndexError.malformed(IndexPlace(file: "repomd.xml"), problem: .noPrimary)) {
      try RepomdReader.primary(Array(text.utf8).span, file: "repomd.xml")
    }
  }
}
