// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import Testing

@testable import PRMembership

@Suite("The folder of keys")
struct KeyFolderTests {
  /// A folder as it is at an authority.
  private struct Keys {
    let folder: TemporaryFolder
    let keys: KeyFolder
    let authority: CertificateAuthority
    let list: RevocationList

    static let now: Int64 = 1_800_000_000

    init() throws {
      var random = SystemRandomNumberGenerator()
      folder = try TemporaryFolder()
      keys = KeyFolder(folder.file("a/keys"))
      authority = try CertificateAuthority.make(federation: Desk.federation, at: Self.now, using: &random)
      list = try authority.revocationList(number: 7, of: [], at: Self.now, lifetime: 100_000)
      try keys.make()
      try keys.write(authority)
      try keys.write(trust: [authority.certificate], [list])
      try write(try PrivateKey())
    }

    func write(_ key: PrivateKey, of name: MemberName = .authority) throws {
      let certificate = try Signing(authority, at: Self.now).certificate(
        of: name, at: [Desk.place], for: key.publicKey, lifetime: 1000)
      try keys.write(key, certificate, of: [authority.certificate])
    }

    func mode(_ path: String) throws -> Int {
      try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
  }

  @Test("is for its owner alone, and so are the keys in it, whatever they were before")
  func modes() throws {
    let desk = try Keys()
    for path in [desk.keys.nodeFile, desk.keys.authorityKeyFile] {
      #expect(try desk.mode(path) == 0o600)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    }
    #expect(try desk.mode(desk.keys.path) == 0o700)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: desk.keys.path)
    try desk.keys.make()
    try desk.keys.write(desk.authority)
    try desk.write(try PrivateKey())
    #expect(try desk.mode(desk.keys.path) == 0o700)
    for path in [desk.keys.nodeFile, desk.keys.authorityKeyFile] { #expect(try desk.mode(path) == 0o600) }
    #expect(try desk.mode(desk.keys.trustFile) == 0o644)
  }

  @Test("of a member keeps a database that is no member's from being served, and no other folder does")
  func misplaced() throws {
    let desk = try Keys()
    let (keys, empty) = (desk.keys, KeyFolder(desk.folder.file("b/keys")))
    #expect(try MisplacedDatabase(nil, isAuthority: false, keys) == nil, "the authority's")
    try desk.write(try PrivateKey(), of: memberName("pune"))
    let holder = MemberURI(federation: Desk.federation, member: memberName("pune"))
    let wrong = try MisplacedDatabase(nil, isAuthority: false, keys)
    #expect(wrong == .lacksPlace(holder, keys: keys.path))
    let words = try #require(wrong?.words("db", keys: keys.path))
    #expect(words.hasPrefix("db is not the database of a member") && words.contains("invite pune --again"))
    #expect(try MisplacedDatabase(nil, isAuthority: true, keys) == nil)
    #expect(try MisplacedDatabase(nil, isAuthority: false, empty) == nil)
    #expect(try MisplacedDatabase(nil, isAuthority: false, nil) == nil)
    #expect(try MisplacedDatabase(.pune, isAuthority: false, empty) == .lacksKeys(.pune))
    #expect(try MisplacedDatabase(.pune, isAuthority: false, keys) == .lacksKeys(.pune), "it is not read as a member's")
    try keys.write("", to: keys.nodeFile, mode: 0o600)
    #expect(throws: KeyFolderError.self) { try MisplacedDatabase(nil, isAuthority: false, keys) }
  }

  @Test("gives back what was written")
  func roundTrip() throws {
    let desk = try Keys()
    #expect(desk.keys.isComplete && desk.keys.hasAuthorityKey)
    #expect(try desk.keys.authorities() == [desk.authority.certificate])
    #expect(try desk.keys.revocations() == [desk.list])
    #expect(try desk.keys.authority(at: Keys.now).certificate == desk.authority.certificate)
    let key = try PrivateKey()
    try desk.write(key)
    #expect(try desk.keys.key().publicKey == key.publicKey && desk.keys.certificate().publicKey == key.publicKey)
    #expect(desk.keys.files.certificate == desk.keys.files.key)
    try desk.keys.write(trust: [desk.authority.certificate], [])
    #expect(try desk.keys.revocations() == [])
  }

  @Test("has a whole file at each moment: another one takes its place, and the one that is open stays as it was")
  func replacement() throws {
    let desk = try Keys()
    let open = try #require(FileHandle(forReadingAtPath: desk.keys.nodeFile))
    let before = try desk.keys.read(desk.keys.nodeFile)
    for _ in 0..<3 { try desk.write(try PrivateKey()) }
    #expect(try Array(#require(try open.readToEnd())) == before)
    #expect(try desk.keys.read(desk.keys.nodeFile) != before)
    let names = try FileManager.default.contentsOfDirectory(atPath: desk.keys.path).sorted()
    #expect(names == ["authority.key", "authority.pem", "node.pem", "trust.pem"])
  }

  @Test("without a file has an error that names the file", arguments: ["node", "trust", "authority", "authority key"])
  func missing(_ what: String) throws {
    let desk = try Keys()
    let (path, read) = Self.reading(what, desk)
    desk.keys.remove(path)
    #expect(throws: KeyFolderError.self) { try read() }
    do { try read() } catch { #expect("\(error)".contains(path)) }
    if what != "authority", what != "authority key" { #expect(!desk.keys.isComplete) }
  }

  private static func reading(_ what: String, _ desk: Keys) -> (String, () throws -> Void) {
    let keys = desk.keys
    return switch what {
    case "node": (keys.nodeFile, { _ = (try keys.key(), try keys.certificate()) })
    case "trust": (keys.trustFile, { _ = (try keys.trust(), try keys.revocations()) })
    case "authority": (keys.authorityFile, { _ = try keys.authority(at: Keys.now) })
    default: (keys.authorityKeyFile, { _ = try keys.authority(at: Keys.now) })
    }
  }

  @Test(
    "with a damaged file has an error that names the file",
    arguments: ["node", "trust", "authority", "authority key"], ["empty", "cut", "other bytes", "not PEM"])
  func damaged(_ what: String, _ damage: String) throws {
    let desk = try Keys()
    let (path, read) = Self.reading(what, desk)
    let whole = String(decoding: try desk.keys.read(path), as: UTF8.self)
    let text =
      switch damage {
      case "empty": ""
      case "cut": String(whole.prefix(whole.count / 4))
      case "not PEM": "-----BEGIN"
      default: whole.replacingOccurrences(of: "\nMI", with: "\nAA")
      }
    try desk.keys.write(text, to: path, mode: 0o600)
    #expect(throws: KeyFolderError.self) { try read() }
    do { try read() } catch { #expect("\(error)".contains(desk.keys.path), "\(error)") }
    guard what != "authority key" else { return }
    do { try read() } catch { #expect("\(error)".contains(path), "\(error)") }
  }

  @Test("whose list of revoked certificates is cut off has an error, and not a list less")
  func listCutOff() throws {
    let desk = try Keys()
    let whole = String(decoding: try desk.keys.read(desk.keys.trustFile), as: UTF8.self)
    try desk.keys.write(String(whole.dropLast(60)), to: desk.keys.trustFile, mode: 0o644)
    let list = Result { try desk.keys.revocations() }
    #expect(throws: KeyFolderError.self) { try list.get() }
  }

  @Test("that has the key of another authority, or one that has expired, cannot sign")
  func mismatch() throws {
    let desk = try Keys()
    #expect(throws: KeyFolderError.bad(desk.keys.authorityFile, .authorityExpired)) {
      try desk.keys.authority(at: Keys.now + CertificateAuthority.lifetime + 1)
    }
    try desk.keys.write(try PrivateKey().pem(), to: desk.keys.authorityKeyFile, mode: 0o600)
    #expect(throws: KeyFolderError.bad(desk.keys.authorityFile, .keyMismatch)) {
      try desk.keys.authority(at: Keys.now)
    }
  }

  @Test("that cannot be made or written has an error that names it")
  func unwritable() throws {
    let folder = try TemporaryFolder()
    try Data().write(to: URL(fileURLWithPath: folder.file("file")))
    let keys = KeyFolder(folder.file("file/keys"))
    do { try keys.make() } catch { #expect("\(error)".contains(keys.path)) }
    #expect(throws: KeyFolderError.self) { try keys.make() }
    do { try keys.write("", to: keys.nodeFile, mode: 0o600) } catch { #expect("\(error)".contains(keys.nodeFile)) }
    #expect(throws: KeyFolderError.self) { try keys.write("", to: keys.nodeFile, mode: 0o600) }
  }
}
