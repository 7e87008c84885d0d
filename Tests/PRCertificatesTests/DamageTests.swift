// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import TestSeed
import Testing

/// Whatever is read of a file or a peer gives an error or what was written, and never ends the process.
@Suite("Damage")
struct DamageTests {
  /// What became of damaged inputs.
  private struct Tally {
    var refused = 0
    var same = 0
    var different: [Int] = []

    /// - Parameter value: nil if the value is there and refused.
    mutating func count<Value: Equatable>(_ original: Value, at place: Int, _ value: () throws -> Value?) {
      do throws(CertificateError) {
        let found: Value?
        do { found = try value() } catch let error as CertificateError { throw error } catch {
          different.append(place)
          return
        }
        if let found, found != original {
          different.append(place)
        } else if found == nil {
          refused += 1
        } else {
          same += 1
        }
      } catch { refused += error.description.isEmpty ? 0 : 1 }
    }
  }

  /// Each beginning, and each input with one bit changed.
  private static func damage(_ bytes: [UInt8], _ body: (Int, [UInt8]) -> Void) {
    for count in bytes.indices { body(count, Array(bytes.prefix(count))) }
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        body(index, damaged)
      }
    }
  }

  private static func check<Value: Equatable>(
    _ bytes: [UInt8], _ original: Value, isDER: Bool, _ read: ([UInt8]) throws -> Value?
  ) throws {
    #expect(try read(bytes) == original)
    var tally = Tally()
    damage(bytes) { place, damaged in tally.count(original, at: place) { try read(damaged) } }
    #expect(tally.different == [])
    #expect(tally.refused + tally.same == 9 * bytes.count)
    // The lines of PEM around the base64 allow for little else.
    #expect(
      isDER ? tally.same == 0 : tally.refused > 6 * bytes.count, "\(tally.same) of \(9 * bytes.count) are the same")
  }

  @Test("of a request", arguments: [true, false])
  func request(isDER: Bool) throws {
    let request = try SigningRequest(for: PrivateKey())
    try Self.check(isDER ? request.der : request.pem().bytes, request, isDER: isDER) { try SigningRequest(reading: $0) }
  }

  @Test("of a member's certificate, which then holds for no authority", arguments: [true, false])
  func member(isDER: Bool) throws {
    var fixture = try Fixture()
    let certificate = try fixture.member(names: ["pune.example", "::1"], rights: ["allocate", "read"])
    let trust = fixture.trust
    try Self.check(isDER ? certificate.der : certificate.pem().bytes, certificate, isDER: isDER) {
      let read = try MemberCertificate(reading: $0)
      return try trust.verdict(of: read, lists: [], at: Fixture.now) == .holds ? read : nil
    }
  }

  @Test("of an authority's certificate", arguments: [true, false])
  func authority(isDER: Bool) throws {
    let certificate = try Fixture().authority.certificate
    try Self.check(isDER ? certificate.der : certificate.pem().bytes, certificate, isDER: isDER) {
      try AuthorityCertificate(reading: $0)
    }
  }

  @Test("of a revocation list", arguments: [true, false])
  func list(isDER: Bool) throws {
    var fixture = try Fixture()
    let entries = (0..<3).map { _ in RevocationList.Entry(serial: .random(using: &fixture.random), time: 0) }
    let list = try fixture.authority.revocationList(number: 7, of: entries, at: Fixture.now)
    let trust = fixture.trust
    try Self.check(isDER ? list.der : list.pem().bytes, list, isDER: isDER) {
      try RevocationList(reading: $0, of: trust)
    }
  }

  /// Two keys with one public part are the same: each was found to be a pair.
  @Test("of a private key", arguments: [true, false])
  func key(isDER: Bool) throws {
    let key = try PrivateKey()
    let bytes = try isDER ? #require(Base64.der(key.pem())) : key.pem().bytes
    var tally = Tally()
    Self.damage(bytes) { place, damaged in
      tally.count(key.publicKey, at: place) { try PrivateKey(reading: damaged).publicKey }
    }
    #expect(tally.different == [])
    #expect(tally.refused > 6 * bytes.count)
  }

  @Test("at random places, in several of them", arguments: Seed.several(4))
  func random(seed: Seed) throws {
    var random = seed.numbers
    var fixture = try Fixture()
    let certificate = try fixture.member(names: ["pune.example"], rights: ["read"])
    let list = try fixture.authority.revocationList(
      number: 7, of: [.init(serial: certificate.serial, time: 0)], at: Fixture.now)
    let request = try SigningRequest(for: fixture.key)
    let originals = [certificate.der, list.der, request.der, fixture.authority.certificate.der]
    var tally = Tally()
    for round in 0..<2000 {
      let original = originals[round % 4]
      var damaged = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let start = Int.random(in: 0..<damaged.count, using: &random)
        let end = min(start + Int.random(in: 1...20, using: &random), damaged.count)
        switch Int.random(in: 0..<3, using: &random) {
        case 0 where damaged.count > 100: damaged.removeSubrange(start..<end)
        case 1: damaged.insert(contentsOf: damaged[start..<end], at: Int.random(in: 0..<damaged.count, using: &random))
        default: damaged[start] = .random(in: .min ... .max, using: &random)
        }
      }
      tally.count(original, at: round) {
        switch round % 4 {
        case 0:
          let read = try MemberCertificate(reading: damaged)
          return try fixture.trust.issuer(of: read) == nil ? nil : read.der
        case 1: return try RevocationList(reading: damaged, of: fixture.trust).der
        case 2: return try SigningRequest(reading: damaged).der
        default: return try AuthorityCertificate(reading: damaged).der
        }
      }
    }
    #expect(tally.different == [] && tally.refused > 1900, "\(seed)")
  }

  @Test("where there is nothing but noise", arguments: Seed.several(4))
  func noise(seed: Seed) throws {
    var random = seed.numbers
    let trust = try Fixture().trust
    for round in 0..<1000 {
      var bytes = (0..<Int.random(in: 0...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      if round.isMultiple(of: 2) { bytes.insert(0x30, at: 0) }
      #expect(throws: CertificateError.self, "\(seed)") { try PrivateKey(reading: bytes) }
      #expect(throws: CertificateError.self, "\(seed)") { try SigningRequest(reading: bytes) }
      #expect(throws: CertificateError.self, "\(seed)") { try MemberCertificate(reading: bytes) }
      #expect(throws: CertificateError.self, "\(seed)") { try AuthorityCertificate(reading: bytes) }
      #expect(throws: CertificateError.self, "\(seed)") { try RevocationList(reading: bytes, of: trust) }
    }
  }
}
