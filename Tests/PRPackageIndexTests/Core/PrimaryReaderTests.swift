// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRPackageIndex

@Suite("Indexes of rpm packages")
struct PrimaryReaderTests {
  @Test("an index of createrepo_c gives names, versions, architectures, recipes and contents")
  func index() throws {
    let checksums = [
      "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
      "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d",
    ]
    #expect(
      try IndexFixture.primary(try IndexFixture.bytes("rpm/primary.xml")) == [
        .package(
          PublishedPackage(
            name: "lib32-libz1", version: PublishedVersion(epoch: "0", version: "1.3.1", release: "r0.4"),
            architecture: "core2_32", recipe: "lib32-zlib",
            content: PublishedContent(checksum: "sha256:\(checksums[0])", size: 51210),
            place: IndexPlace(file: "primary.xml", line: 3),
            sourceVersion: PublishedVersion(epoch: nil, version: "1.3.1", release: "r0.4")), .rpm),
        .package(
          PublishedPackage(
            name: "tzdata", version: PublishedVersion(epoch: "1", version: "2024a+x", release: "r2"),
            architecture: "noarch", recipe: nil,
            content: PublishedContent(checksum: "sha256:\(checksums[1])", size: 1024),
            place: IndexPlace(file: "primary.xml", line: 33)), .rpm),
      ])
  }

  @Test("chunks of any size give the same")
  func chunks() throws {
    let bytes = try IndexFixture.bytes("rpm/primary.xml")
    let whole = try IndexFixture.primary(bytes)
    for size in 1...bytes.count { #expect(try IndexFixture.primary(bytes, chunk: size) == whole, "\(size)") }
  }

  @Test("a file that is cut off anywhere is never taken for a shorter one")
  func cut() throws {
    let bytes = try IndexFixture.bytes("rpm/primary.xml")
    let end = bytes.lastIndex(of: UInt8(ascii: ">")) ?? 0
    for length in 0...end {
      #expect(throws: IndexError.self, "\(length)") { try IndexFixture.primary(Array(bytes.prefix(length))) }
    }
  }

  private static func metadata(_ text: String) -> String { "<metadata>\(text)</metadata>" }

  private static func package(_ changes: (String) -> String) -> String {
    let package =
      "<package type=\"rpm\"><name>a</name><arch>noarch</arch><version epoch=\"0\" ver=\"1\" rel=\"r0\"/>"
      + "<format><rpm:sourcerpm>a-b-1-r0.src.rpm</rpm:sourcerpm></format></package>"
    return metadata(changes(package))
  }

  @Test("references to characters are resolved, wherever a chunk ends")
  func references() throws {
    let text = Self.package { $0.replacing("<name>a<", with: "<name>a&amp;&#x42;&#67;&lt;<") }
    for size in 1...text.utf8.count {
      #expect(try IndexFixture.primary(Array(text.utf8), chunk: size).map(\.published?.name) == ["a&BC<"])
    }
  }

  @Test(
    "an entry that cannot be used is refused",
    arguments: [
      ("<name>a</name>", "", .missing(field: "name")), ("<name>a", "<name>", .missing(field: "name")),
      ("<name>a", "<name>b</name><name>a", .repeated(field: "name")),
      ("<name>a", "<name>a\nb", .controlCharacter(field: "name")),
      ("<name>a", "<name>a&#10;b", .controlCharacter(field: "name")),
      ("<name>a", "<name>a&#0;b", .controlCharacter(field: "name")),
      ("<name>a", "<name>\(String(repeating: "a", count: 100_000))", .tooLong(field: "name", limit: 4096)),
      ("<arch>noarch", "<arch>src", .sources), ("ver=\"1\"", "", .missing(field: "version")),
      ("rel=\"r0\"", "rel=\"\"", .missing(field: "release")), ("rel=\"r0\"", "rel=\"r 0\"", .blank(field: "release")),
      ("type=\"rpm\"", "type=\"deb\"", .otherElement), ("<package type=\"rpm\"", "<package", .otherElement),
      ("a-b-1-r0.src.rpm", "a-b-1-r0.rpm", .notASourcePackage), ("a-b-1-r0.src.rpm", "r0.src.rpm", .notASourcePackage),
      ("a-b-1-r0.src.rpm", "a--r0.src.rpm", .notASourcePackage),
      ("<format>", "<size package=\"x\"/><format>", .notANumber(field: "size")),
      ("<format>", "<checksum type=\"sha256\">00</checksum><format>", .notAChecksum(field: "checksum")),
      ("<format>", "<checksum>00</checksum><format>", .notAChecksum(field: "checksum")),
    ] as [(String, HostileText, EntryRefusal)])
  func refused(part: String, replacement: HostileText, reason: EntryRefusal) throws {
    let text = Self.package { $0.replacing(part, with: replacement.text) + $0 }
    #expect(try IndexFixture.primary(text).map(\.refusal) == [reason, nil])
  }

  @Test(
    "what createrepo_c does not write is refused",
    arguments: [
      ("<!DOCTYPE a [<!ENTITY b \"c\">]>", .declaration), ("<!-- a -->", .declaration),
      ("<metadata><![CDATA[a]]></metadata>", .declaration), ("<?xml-stylesheet a?>", .instruction),
      ("<?xml version=\"1.0\"?><?xml version=\"1.0\"?>", .instruction),
      ("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>", .encoding), ("a<metadata>", .outsideRoot),
      ("<metadata></metadata>a", .outsideRoot), ("<metadata></metadata><metadata>", .outsideRoot),
      ("<metadata></b>", .otherEnd), ("</b>", .otherEnd), ("<metadata><a", .unclosed), ("<metadata>", .unclosed),
      ("", .unclosed), ("<>", .tag), ("<metadata <>", .tag), ("< metadata>", .tag), ("<1>", .tag), ("</ a>", .tag),
      ("<metadata packages>", .attribute), ("<metadata packages=1>", .attribute),
      ("<metadata packages=\"1\"a=\"1\">", .attribute), ("<metadata packages='1' packages='1'>", .attribute),
      ("<metadata packages='&lol;'>", .reference), ("<metadata packages='&#xD800;'>", .reference),
      ("<metadata packages='&#99999999999;'>", .reference), ("<metadata packages='&'>", .reference),
      ("<metadata><package type=\"rpm\"><name>&lol9;</name>", .reference),
      ("<metadata><package type=\"rpm\"><name><b/></name>", .elementInText),
      ("<metadata><package type=\"rpm\"><name><b></b></name>", .elementInText),
      ("\(String(repeating: "<a>", count: 17))", .tooDeep(limit: 16)),
      ("<metadata a=\"\(String(repeating: "a", count: 70_000))\">", .longTag(limit: IndexLimits.tag)),
      ("<metadata a=\(String(repeating: "\"\" ", count: 70_000))>", .longTag(limit: IndexLimits.tag)),
      ("\(String(repeating: " ", count: IndexLimits.line + 1))", .longText(limit: IndexLimits.line)),
    ] as [(HostileText, MalformedXML)])
  func malformed(text: HostileText, problem: MalformedXML) {
    for chunk in [1000, 1 << 20] {
      #expect(
        throws: IndexError.malformed(IndexPlace(file: "primary.xml", line: 1), problem: .xml(problem)), "\(chunk)"
      ) {
        try IndexFixture.primary(Array(text.text.utf8), chunk: chunk)
      }
    }
  }

  @Test("another root element, or another count of packages, ends the reading")
  func root() {
    #expect(
      throws: IndexError.malformed(
        IndexPlace(file: "primary.xml", line: 1), problem: .otherRoot(wanted: "metadata"))
    ) { try IndexFixture.primary("<filelists></filelists>") }
    #expect(
      throws: IndexError.malformed(
        IndexPlace(file: "primary.xml", line: 1), problem: .noPackageCount(stated: "2", found: 1))
    ) {
      try IndexFixture.primary(Self.package { $0 }.replacing("<metadata>", with: "<metadata packages=\"2\">"))
    }
  }

  @Test("a package has a greatest length")
  func longEntry() {
    let line = "<a>\(String(repeating: "a", count: IndexLimits.line - 100))</a>"
    let text = Self.package { $0.replacing("<format>", with: "\(String(repeating: line, count: 17))<format>") }
    #expect(
      throws: IndexError.malformed(
        IndexPlace(file: "primary.xml", line: 1), problem: .longEntry(limit: IndexLimits.entry))
    ) {
      try IndexFixture.primary(Array(text.utf8), chunk: 1 << 16)
    }
  }

  @Test("elements that are no packages have a greatest length together")
  func idle() {
    let empty = Self.metadata(String(repeating: "<b/>", count: IndexLimits.entry / 4 + 1))
    #expect(
      throws: IndexError.malformed(
        IndexPlace(file: "primary.xml", line: 1), problem: .longEntry(limit: IndexLimits.entry))
    ) { try IndexFixture.primary(Array(empty.utf8), chunk: 1 << 16) }
  }
}
