// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import PRPackageIndex

@Suite("Indexes of ipk and deb packages")
struct ControlReaderTests {
  private static let sha256 = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"

  @Test("an index of opkg-make-index gives names, versions, architectures, recipes and contents")
  func ipk() throws {
    let entries = try IndexFixture.control(try IndexFixture.bytes("ipk/Packages"))
    #expect(
      entries == [
        .package(
          PublishedPackage(
            name: "busybox", version: PublishedVersion(epoch: nil, version: "1.36.1", release: "r0.7"),
            architecture: "core2-64", recipe: "busybox",
            content: PublishedContent(checksum: "sha256:\(Self.sha256)", size: 287114),
            place: IndexPlace(file: "Packages", line: 1)), .ipk),
        .package(
          PublishedPackage(
            name: "libkmod2",
            version: PublishedVersion(epoch: "1", version: "33+git5+0123456789", release: "r0.2.1"),
            architecture: "core2-64", recipe: "kmod",
            content: PublishedContent(checksum: "md5:92eb5ffee6ae2fec3ad71c777531578f", size: 61022),
            place: IndexPlace(file: "Packages", line: 24)), .ipk),
      ])
  }

  @Test(
    "an index of apt-ftparchive gives OE's architecture, and its folder the spelling",
    arguments: [("qemux86_64", "qemux86_64"), ("deb", nil), (nil, nil)] as [(String?, String?)])
  func deb(folder: String?, spelling: String?) throws {
    let entries = try IndexFixture.control(try IndexFixture.bytes("deb/Packages"), folder: folder)
    let package = try #require(entries.first?.published)
    #expect(package.architecture == "qemux86-64")
    #expect(package.recipeArchitecture == spelling)
    #expect(package.content?.checksum == "sha256:\(Self.sha256)")
    #expect(package.recipe == "base-files")
    #expect(entries.map(\.kind) == [.deb])
  }

  @Test("chunks of any size give the same", arguments: ["ipk/Packages", "deb/Packages"])
  func chunks(path: String) throws {
    let bytes = try IndexFixture.bytes(path)
    let whole = try IndexFixture.control(bytes)
    for size in 1...bytes.count { #expect(try IndexFixture.control(bytes, chunk: size) == whole, "\(size)") }
  }

  @Test("carriage returns, comments, cases of names and blank lines make no difference")
  func spelling() throws {
    let text =
      "\n \t\n#PACKAGE: x\r\nPACKAGE:busybox  \r\nversion:\t1.0-r0\r\n# comment\r\nARCHITECTURE: all\r\n"
      + "Filename: a.ipk\r\n \r\n\n\nPackage: b\nVersion: 2-r1\nArchitecture: all\nFilename: b.ipk\n"
    let packages = try IndexFixture.control(text).compactMap(\.published)
    #expect(packages.map(\.name) == ["busybox", "b"])
    #expect(packages.map(\.version.version) == ["1.0", "2"])
    #expect(packages.map(\.place.line) == [4, 12])
  }

  @Test("an empty index has no packages", arguments: ["", "\n", "# nothing\n"])
  func empty(text: String) throws { #expect(try IndexFixture.control(text) == []) }

  @Test(
    "a version has its parts where dpkg has them",
    arguments: [
      ("1.0-r0.7", nil, "1.0", "r0.7"), ("1:2.44-r0", "1", "2.44", "r0"), ("1.0-beta-r1", nil, "1.0-beta", "r1"),
      ("1.0", nil, "1.0", nil), ("2:1:0-r0", "2", "1:0", "r0"), ("1-2:3", "1-2", "3", nil), ("-", nil, "", ""),
    ] as [(String, String?, String, String?)])
  func versions(text: String, epoch: String?, version: String, release: String?) {
    #expect(
      PublishedVersion(text: text) == PublishedVersion(epoch: epoch, version: version, release: release))
  }

  private static let good = "Version: 1-r0\nArchitecture: all\nFilename: a.ipk\n"

  @Test(
    "an entry that cannot be used is refused with its line, and the next one is read",
    arguments: [
      ("\(good)", .missing(field: "Package")), ("Package:\n\(good)", .missing(field: "Package")),
      ("Package: a\nFilename: a.ipk\nArchitecture: all\n", .missing(field: "Version")),
      ("Package: a\nFilename: a.ipk\nVersion: 1-r0\n", .missing(field: "Architecture")),
      ("Package: a\npackage: b\n\(good)", .repeated(field: "Package")),
      ("Package: a\n b\n\(good)", .continued(field: "Package")),
      ("Package: a b\n\(good)", .blank(field: "Package")),
      ("Package: a\u{0}b\n\(good)", .controlCharacter(field: "Package")),
      ("Package: a\u{1B}[2J\n\(good)", .controlCharacter(field: "Package")),
      ("Package: a\rb\n\(good)", .controlCharacter(field: "Package")),
      ("Package: \(String(repeating: "a", count: 4097))\n\(good)", .tooLong(field: "Package", limit: 4096)),
      ("Package: a\n\(good)Size: -1\n", .notANumber(field: "Size")),
      ("Package: a\n\(good)Size: 99999999999999999999\n", .notANumber(field: "Size")),
      ("Package: a\n\(good)SHA256sum: 12\n", .notAChecksum(field: "SHA256sum")),
      ("Package: a\n\(good)MD5Sum: 0cc175b9c0f1b6a831c399e26977266g\n", .notAChecksum(field: "MD5Sum")),
      ("Package: a\nVersion: 1-r0\nArchitecture: all\n", .unknownKind),
    ] as [(HostileText, EntryRefusal)])
  func refused(text: HostileText, reason: EntryRefusal) throws {
    let entries = try IndexFixture.control("\n\(text.text)\nPackage: next\n\(Self.good)")
    #expect(entries.map(\.refusal) == [reason, nil])
    #expect(entries.first?.place == IndexPlace(file: "Packages", line: 2))
    #expect(entries.last?.published?.name == "next")
  }

  @Test("names that are not UTF-8 are refused")
  func notUTF8() throws {
    let bytes = Array("Package: a".utf8) + [0xC3, 0x28] + Array("\n\(Self.good)".utf8)
    #expect(try IndexFixture.control(bytes).map(\.refusal) == [.notUTF8(field: "Package")])
  }

  @Test(
    "what is no index ends the reading with its line",
    arguments: [
      ("Package: a\nno field\n", 2, .noField), (" continued\n", 1, .noField), ("a b: c\n", 1, .noField),
      (": c\n", 1, .noField), ("\u{7F}ELF\u{2}\u{1}\n", 1, .noField), ("Package: a\nVersion: 1-r0.1", 2, .openLine),
    ] as [(HostileText, Int, MalformedIndex)])
  func malformed(text: HostileText, line: Int, problem: MalformedIndex) {
    #expect(throws: IndexError.malformed(IndexPlace(file: "Packages", line: line), problem: problem)) {
      try IndexFixture.control(text.text)
    }
  }

  @Test("a file that is cut off within a line is an error, else it gives a part of the whole one")
  func cut() throws {
    let bytes = try IndexFixture.bytes("ipk/Packages")
    let whole = Set(try IndexFixture.control(bytes).compactMap(\.published).map(Facts.init))
    for length in 1..<bytes.count {
      let part = Array(bytes.prefix(length))
      guard part.last == UInt8(ascii: "\n") else {
        #expect(throws: IndexError.self, "\(length)") { try IndexFixture.control(part) }
        continue
      }
      // One without its recipe is not mapped.
      let found = try IndexFixture.control(part).compactMap(\.published).filter { $0.recipe != nil }
      #expect(whole.isSuperset(of: found.map(Facts.init)), "\(length)")
    }
  }

  /// What a floor depends on.
  private struct Facts: Hashable {
    let texts: [String?]

    init(_ package: PublishedPackage) {
      texts = [package.name, "\(package.version)", package.architecture, package.recipe, package.content?.checksum]
    }
  }

  @Test("a line has a greatest length, whatever it is", arguments: ["Description: ", "Package: ", "", "\u{0}"])
  func longLine(start: String) {
    let bytes = Array("\(start)\(String(repeating: "0", count: IndexLimits.line + 1))\n".utf8)
    for chunk in [4096, bytes.count] {
      #expect(
        throws: IndexError.malformed(
          IndexPlace(file: "Packages", line: 1), problem: .longLine(limit: IndexLimits.line))
      ) {
        try IndexFixture.control(bytes, chunk: chunk)
      }
    }
  }

  @Test("a file of blank lines or comments is no index", arguments: ["", " ", "# a"])
  func idle(line: String) {
    let lines = String(repeating: "\(line)\n", count: IndexLimits.entry / (line.utf8.count + 1) + 1)
    #expect(throws: IndexError.self) { try IndexFixture.control(lines) }
    #expect(throws: IndexError.self) { try IndexFixture.control("Package: a\n\(lines)") }
  }

  @Test("an entry has a greatest length")
  func longEntry() {
    let line = "Description: \(String(repeating: "0", count: IndexLimits.line - 100))\n"
    let text = "Package: a\n" + String(repeating: line, count: 17)
    #expect(
      throws: IndexError.malformed(
        IndexPlace(file: "Packages", line: 18), problem: .longEntry(limit: IndexLimits.entry))
    ) {
      try IndexFixture.control(text)
    }
  }
}
