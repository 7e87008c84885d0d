// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import TestSeed
import Testing

@Suite("A revocation list")
struct RevocationListTests {
  private typealias Entry = RevocationList.Entry
  private let now = Fixture.now

  @Test("is the same after it was sent, as DER and as PEM")
  func roundTrip() throws {
    var fixture = try Fixture()
    let serials = [SerialNumber.random(using: &fixture.random), .random(using: &fixture.random)]
    let entries = serials.map { Entry(serial: $0, time: now - 5) }
    let list = try fixture.authority.revocationList(number: .max, of: entries, at: now, lifetime: 100)
    #expect(list.number == .max && list.thisUpdate == now - 3600 && list.nextUpdate == now + 100)
    #expect(list.entries == entries.sorted { $0.serial < $1.serial })
    #expect(list.authority == fixture.authority.certificate.publicKey)
    #expect(try RevocationList(reading: list.der, of: fixture.trust) == list)
    #expect(try RevocationList(reading: list.pem().bytes, of: fixture.trust) == list)
  }

  @Test("finds each of its serials, and no other", arguments: Seed.several(3), [0, 1, 2, 3, 10, 1000])
  func search(seed: Seed, count: Int) throws {
    var random = seed.numbers
    let fixture = try Fixture()
    let serials = (0..<count).map { _ in SerialNumber.random(using: &random) }
    let list = try fixture.authority.revocationList(
      number: 1, of: serials.map { Entry(serial: $0, time: now) }, at: now)
    #expect(list.entries.count == count, "\(seed)")
    #expect(serials.allSatisfy(list.contains), "\(seed)")
    let neighbours = serials.flatMap { [SerialNumber($0.number - 1), SerialNumber($0.number + 1)] }
    #expect(!neighbours.contains { $0.map(list.contains) ?? true }, "\(seed)")
    #expect(!list.contains(.random(using: &random)), "\(seed)")
  }

  @Test("has a serial once, from the earlier time")
  func twice() throws {
    let serial = try #require(SerialNumber(0x80))
    let entries = [Entry(serial: serial, time: now), Entry(serial: serial, time: now - 9)]
    let list = try Fixture().authority.revocationList(number: 1, of: entries, at: now)
    #expect(list.entries == [Entry(serial: serial, time: now - 9)])
  }

  @Test("is refused if another authority signed it, of the same federation too")
  func signature() throws {
    let (one, other) = (try Fixture(), try Fixture())
    let list = try other.authority.revocationList(number: 1, of: [], at: now)
    #expect(throws: CertificateError.badSignature(.revocationList)) {
      try RevocationList(reading: list.der, of: one.trust)
    }
    let both = CertificateAuthority.Trust(one.authority.certificate, other.authority.certificate)
    #expect(try RevocationList(reading: list.der, of: both) == list)
  }

  @Test("has at most so many entries, and that many fit the limit of bytes")
  func bounds() throws {
    var fixture = try Fixture()
    var entries = (0..<RevocationList.maximumEntries).map { _ in
      Entry(serial: .random(using: &fixture.random), time: now)
    }
    let list = try fixture.authority.revocationList(number: 1, of: entries, at: now)
    #expect(try RevocationList(reading: list.pem().bytes, of: fixture.trust) == list)
    entries.append(Entry(serial: .random(using: &fixture.random), time: now))
    #expect(throws: CertificateError.tooManyRevocations) {
      try fixture.authority.revocationList(number: 1, of: entries, at: now)
    }
    let large = [UInt8](repeating: 0x30, count: (512 << 10) + 1)
    #expect(throws: CertificateError.tooLarge(.revocationList)) {
      try RevocationList(reading: large, of: fixture.trust)
    }
  }

  @Test(
    "is as old as the time since it was signed",
    arguments: [
      (0, 0), (-3600, 0), (1, 1), (86_400, 86_400), (Int64.max - Fixture.now, Int64.max - Fixture.now),
      (Int64.min, 0),
    ] as [(Int64, Int64)])
  func age(offset: Int64, expected: Int64) throws {
    let list = try Fixture().authority.revocationList(number: 1, of: [], at: now)
    #expect(list.age(at: now.addingReportingOverflow(offset).partialValue) == expected)
  }

  @Test("takes the place of one with a smaller number, of the same authority")
  func order() throws {
    let (one, other) = (try Fixture(), try Fixture())
    let lists = try [1, 2].map { try one.authority.revocationList(number: $0, of: [], at: now) }
    #expect(lists[1].replaces(lists[0]) && !lists[0].replaces(lists[1]) && !lists[0].replaces(lists[0]))
    #expect(try !other.authority.revocationList(number: 3, of: [], at: now).replaces(lists[0]))
  }
}
