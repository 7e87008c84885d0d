// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension CertificateAuthority {
  /// Signs a list of all certificates that it has revoked.
  ///
  /// - Parameters:
  ///   - number: greater than those of all lists before.
  ///   - entries: in any order; at most ``RevocationList/maximumEntries``.
  ///   - now: in seconds since 1970. The list is valid from an hour before: a member whose clock is late would refuse all
  ///     others with a list of the future.
  ///   - lifetime: in seconds, until ``RevocationList/nextUpdate``.
  package func revocationList(
    number: UInt64, of entries: [RevocationList.Entry], at now: Int64, lifetime: Int64 = MemberProfile.lifetime
  ) throws(CertificateError) -> RevocationList {
    try check(at: now)
    let sorted = RevocationList.sorted(entries)
    guard sorted.count <= RevocationList.maximumEntries else { throw .tooManyRevocations }
    ErrorQueue.clear()
    guard let list = X509_CRL_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { X509_CRL_free(list) }
    let authority = try certificate.handle()
    defer { X509_free(authority) }
    // Version 2 is written as 1.
    guard X509_CRL_set_version(list, 1) == 1,
      X509_CRL_set_issuer_name(list, X509_get_subject_name(authority)) == 1
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
    try setDates(of: list, try ValidityPeriod(from: now, lifetime: lifetime))
    for entry in sorted { try add(entry, to: list) }
    try extend(list, number, by: authority)
    guard X509_CRL_sign(list, key.handle, EVP_sha256()) > 0 else { throw .openSSL(reason: ErrorQueue.drain().text) }
    let der = try DERCoding.encode { i2d_X509_CRL(list, $0) }
    return try RevocationList(reading: der, of: Trust(certificate))
  }

  private func setDates(of list: OpaquePointer, _ period: ValidityPeriod) throws(CertificateError) {
    let thisUpdate = try ASN1Time.made(period.notBefore)
    defer { ASN1_TIME_free(thisUpdate) }
    let nextUpdate = try ASN1Time.made(period.notAfter)
    defer { ASN1_TIME_free(nextUpdate) }
    guard X509_CRL_set1_lastUpdate(list, thisUpdate) == 1, X509_CRL_set1_nextUpdate(list, nextUpdate) == 1 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
  }

  private func add(_ entry: RevocationList.Entry, to list: OpaquePointer) throws(CertificateError) {
    guard let revoked = X509_REVOKED_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    do throws(CertificateError) {
      let time = try ASN1Time.made(entry.time)
      defer { ASN1_TIME_free(time) }
      guard let serial = ASN1_INTEGER_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
      defer { ASN1_INTEGER_free(serial) }
      guard entry.serial.set(serial), X509_REVOKED_set_serialNumber(revoked, serial) == 1,
        X509_REVOKED_set_revocationDate(revoked, time) == 1, X509_CRL_add0_revoked(list, revoked) == 1
      else { throw .openSSL(reason: ErrorQueue.drain().text) }
    } catch {
      X509_REVOKED_free(revoked)
      throw error
    }
  }

  private func extend(_ list: OpaquePointer, _ number: UInt64, by authority: OpaquePointer) throws(CertificateError) {
    guard let integer = ASN1_INTEGER_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { ASN1_INTEGER_free(integer) }
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, authority, nil, nil, list, 0)
    guard ASN1_INTEGER_set_uint64(integer, number) == 1,
      X509_CRL_add1_ext_i2d(list, NID_crl_number, integer, 0, 0) == 1,
      let identifier = X509V3_EXT_conf_nid(nil, &context, NID_authority_key_identifier, "keyid:always")
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { X509_EXTENSION_free(identifier) }
    guard X509_CRL_add_ext(list, identifier, -1) == 1 else { throw .openSSL(reason: ErrorQueue.drain().text) }
  }
}
