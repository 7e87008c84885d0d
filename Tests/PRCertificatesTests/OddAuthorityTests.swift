// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates
import Testing

@Suite("What an authority signed and should not have")
struct OddAuthorityTests {
  private let now = Fixture.now

  private static func malformed(_ reason: String, _ kind: EncodedKind = .certificate) -> CertificateError {
    .malformed(kind, reason: reason)
  }

  @Test("a certificate of another federation is refused")
  func otherFederation() throws {
    var fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.member().der) {
      OddAuthority.replace(NID_subject_alt_name, by: "URI:headwater://other.example/pune", in: $0)
    }
    let certificate = try MemberCertificate(reading: der)
    #expect(try fixture.trust.verdict(of: certificate, lists: [], at: now) == .refused(.otherFederation))
  }

  @Test(
    "names of other kinds are refused",
    arguments: [
      ("URI:headwater://a/b,email:a@b", "one of its alternative names is not a DNS name, an address or a URI"),
      ("URI:headwater://a/b,DNS:*.b", "one of its alternative names is not a DNS name, an address or a URI"),
      ("URI:headwater://a/b,DNS:1.2.3.4", "one of its alternative names is not a DNS name, an address or a URI"),
      ("URI:headwater://a/b,URI:headwater://a/c", "it does not have one URI name"),
      ("URI:https://a/b", "its URI name does not name a federation and a member"),
      ("URI:headwater://hq.example", "its URI name does not name a federation and a member"),
      (nil, "it has no alternative names"),
    ] as [(String?, String)])
  func names(setting: String?, reason: String) throws {
    var fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.member().der) {
      OddAuthority.replace(NID_subject_alt_name, by: setting, in: $0)
    }
    #expect(throws: Self.malformed(reason)) { try MemberCertificate(reading: der) }
  }

  @Test("a certificate without rights gives none, and one that has them twice is refused")
  func rights() throws {
    var fixture = try Fixture()
    let (odd, member) = (try OddAuthority(fixture.authority), try fixture.member(rights: ["read"]))
    let without = odd.certificate(member.der) {
      X509_EXTENSION_free(X509_delete_ext($0, OddAuthority.indexOfRights(in: $0)))
    }
    #expect(try MemberCertificate(reading: without).rights == .none)
    let twice = odd.certificate(member.der) {
      X509_add_ext($0, X509_get_ext($0, OddAuthority.indexOfRights(in: $0)), -1)
    }
    #expect(throws: CertificateError.self) { try MemberCertificate(reading: twice) }
  }

  @Test("a critical extension that is not supported is refused")
  func critical() throws {
    var fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.member().der) {
      X509_EXTENSION_set_critical(X509_get_ext($0, OddAuthority.indexOfRights(in: $0)), 1)
    }
    #expect(throws: Self.malformed("it has a critical extension that is not supported")) {
      try MemberCertificate(reading: der)
    }
  }

  @Test(
    "a serial number that is not positive, or too long, is refused",
    arguments: ["00", "-05", "01" + String(repeating: "00", count: 16)])
  func serial(hex: String) throws {
    var fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.member().der) {
      let integer = s2i_ASN1_INTEGER(nil, hex.hasPrefix("-") ? "-0x" + hex.dropFirst() : "0x" + hex)
      X509_set_serialNumber($0, integer)
      ASN1_INTEGER_free(integer)
    }
    #expect(throws: Self.malformed("its serial number is not one of an authority of Headwater")) {
      try MemberCertificate(reading: der)
    }
  }

  @Test(
    "an authority's certificate that does not say what it may sign, or not all of it, is refused",
    arguments: [nil, "critical,keyCertSign", "critical,cRLSign", "critical,digitalSignature"])
  func usage(setting: String?) throws {
    let fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.authority.certificate.der) {
      OddAuthority.replace(NID_key_usage, by: setting, in: $0)
    }
    #expect(throws: CertificateError.notAnAuthority) { try AuthorityCertificate(reading: der) }
  }

  @Test("a certificate that may sign others is no member's")
  func chain() throws {
    var fixture = try Fixture()
    let der = try OddAuthority(fixture.authority).certificate(fixture.member().der) {
      OddAuthority.replace(NID_basic_constraints, by: "critical,CA:TRUE", in: $0)
    }
    #expect(throws: CertificateError.self) { try MemberCertificate(reading: der) }
  }

  @Test("a list of only what is new, one without a number, and one with a number of more than 64 bits are refused")
  func lists() throws {
    let fixture = try Fixture()
    let (odd, list) = (
      try OddAuthority(fixture.authority), try fixture.authority.revocationList(number: 1, of: [], at: now)
    )
    func add(_ kind: CInt, _ number: String, isCritical: CInt, to list: OpaquePointer?) {
      let integer = s2i_ASN1_INTEGER(nil, number)
      X509_CRL_add1_ext_i2d(list, kind, integer, isCritical, UInt(clamping: X509V3_ADD_REPLACE))
      ASN1_INTEGER_free(integer)
    }
    let delta = odd.list(list.der) { add(NID_delta_crl, "1", isCritical: 1, to: $0) }
    let large = odd.list(list.der) { add(NID_crl_number, "0x10000000000000000", isCritical: 0, to: $0) }
    let negative = odd.list(list.der) { add(NID_crl_number, "-1", isCritical: 0, to: $0) }
    let without = odd.list(list.der) {
      X509_EXTENSION_free(X509_CRL_delete_ext($0, X509_CRL_get_ext_by_NID($0, NID_crl_number, -1)))
    }
    let reasons = [
      (delta, "it has a critical extension that is not supported"), (large, "its number is not one of 64 bits"),
      (negative, "its number is not one of 64 bits"), (without, "it has no number"),
    ]
    for (der, reason) in reasons {
      #expect(throws: Self.malformed(reason, .revocationList)) { try RevocationList(reading: der, of: fixture.trust) }
    }
  }

  @Test(
    "a list with an entry that is about another authority is refused; one with a reason is not",
    arguments: [false, true])
  func entry(isCritical: Bool) throws {
    var fixture = try Fixture()
    let entry = RevocationList.Entry(serial: .random(using: &fixture.random), time: now)
    let list = try fixture.authority.revocationList(number: 1, of: [entry], at: now)
    let der = try OddAuthority(fixture.authority).list(list.der) {
      let reason = ASN1_ENUMERATED_new()
      ASN1_ENUMERATED_set(reason, 1)
      X509_REVOKED_add1_ext_i2d(headwater_x509_revoked($0, 0), NID_crl_reason, reason, isCritical ? 1 : 0, 0)
      ASN1_ENUMERATED_free(reason)
      X509_CRL_sort($0)  // so that the list is encoded anew
    }
    #expect(der.count > list.der.count)
    if isCritical {
      #expect(throws: Self.malformed("one of its entries cannot be read", .revocationList)) {
        try RevocationList(reading: der, of: fixture.trust)
      }
    } else {
      #expect(try RevocationList(reading: der, of: fixture.trust).entries == [entry])
    }
  }
}
