// SPDX-License-Identifier: Apache-2.0
import PRFederation
import TestSeed
import Testing

@testable import PRCertificates

@Suite("An authority that has chosen the one after it")
struct EndorsementTests {
  private func next(
    _ fixture: inout Fixture, federation: String = "hq.example", after former: CertificateAuthority? = nil
  ) throws -> CertificateAuthority {
    try CertificateAuthority.make(
      federation: FederationName(federation), at: Fixture.now, after: former ?? fixture.authority,
      using: &fixture.random)
  }

  @Test("is the only one whose key the certificate of the next one holds for, also after it was read again")
  func endorsed() throws {
    var fixture = try Fixture()
    let next = try next(&fixture)
    let read = try AuthorityCertificate(reading: try next.certificate.pem().bytes)
    let (first, other) = (fixture.authority.certificate, try Fixture().authority.certificate)
    #expect(read == next.certificate && read.isEndorsed(by: first) && read.endorsedBy == first.publicKey)
    #expect(!read.isEndorsed(by: other) && !read.isEndorsed(by: read) && !first.isEndorsed(by: read))
    #expect(first.endorsedBy == nil)
    let third = try self.next(&fixture, after: next)
    #expect(third.certificate.isEndorsed(by: read) && !third.certificate.isEndorsed(by: first))
  }

  @Test("of another federation does not count")
  func otherFederation() throws {
    var fixture = try Fixture()
    let next = try next(&fixture, federation: "other.example")
    #expect(!next.certificate.isEndorsed(by: fixture.authority.certificate))
  }

  @Test("is found among what a peer has sent: the one before or after, and no stranger")
  func kin() throws {
    var fixture = try Fixture()
    let (first, next) = (fixture.authority.certificate, try next(&fixture).certificate)
    let stranger = try Fixture().authority.certificate
    #expect(first.kin(among: [stranger, first, next]) == [first, next])
    #expect(next.kin(among: [stranger, first]) == [next, first])
    #expect(stranger.kin(among: [first, next]) == [stranger])
    #expect(first.kin(among: []) == [first])
  }

  @Test("is signed for one key: a signature that was made for another one, or damaged, does not hold")
  func signature() throws {
    let (former, key, other) = (try PrivateKey(), try PrivateKey(), try PrivateKey())
    let federation = try FederationName("hq.example")
    let made = try AuthorityEndorsement(of: key.publicKey, in: federation, by: former)
    #expect(made.holds(for: key.publicKey, in: federation))
    #expect(!made.holds(for: other.publicKey, in: federation))
    #expect(!made.holds(for: key.publicKey, in: try FederationName("hq")))
    let own = try AuthorityEndorsement(of: former.publicKey, in: federation, by: former)
    #expect(!own.holds(for: former.publicKey, in: federation), "no key comes after itself")
    let der = made.der
    #expect(AuthorityEndorsement(der: der) == made)
    #expect(AuthorityEndorsement(der: der + [0]) == nil && AuthorityEndorsement(der: []) == nil)
    for index in der.indices {
      var damaged = der
      damaged[index] ^= 1
      let read = AuthorityEndorsement(der: damaged)
      #expect(read?.holds(for: key.publicKey, in: federation) != true, "byte \(index)")
      #expect(AuthorityEndorsement(der: Array(der.prefix(index)))?.holds(for: key.publicKey, in: federation) != true)
    }
  }
}
