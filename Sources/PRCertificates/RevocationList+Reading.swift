// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension RevocationList {
  /// Reads a list of one of the authorities, and checks its signature.
  ///
  /// - Parameter bytes: DER or PEM.
  package init(reading bytes: [UInt8], of trust: CertificateAuthority.Trust) throws(CertificateError) {
    let der = try EncodedKind.revocationList.der(of: bytes)
    let list = try DERCoding.decode(der, .revocationList) { d2i_X509_CRL(nil, &$0, $1) }
    defer {
      X509_CRL_free(list)
      ErrorQueue.clear()
    }
    try DERCoding.check(der, .revocationList) { i2d_X509_CRL(list, $0) }
    authority = try Self.signer(of: list, trust)
    number = try Self.number(of: list)
    guard let thisUpdate = ASN1Time.seconds(X509_CRL_get0_lastUpdate(list)),
      let nextUpdate = ASN1Time.seconds(X509_CRL_get0_nextUpdate(list))
    else { throw .malformed(.revocationList, reason: "its dates cannot be read") }
    (self.thisUpdate, self.nextUpdate) = (thisUpdate, nextUpdate)
    entries = try Self.entries(of: list)
    self.der = der
  }

  private static func signer(
    of list: OpaquePointer, _ trust: CertificateAuthority.Trust
  ) throws(CertificateError) -> PublicKey {
    for authority in trust.authorities {
      let key = try authority.publicKey.handle(of: .certificate)
      defer { EVP_PKEY_free(key) }
      if X509_CRL_verify(list, key) == 1 { return authority.publicKey }
    }
    throw .badSignature(.revocationList)
  }

  /// A critical extension changes what a list means, such as one that only holds what is new.
  private static func number(of list: OpaquePointer) throws(CertificateError) -> UInt64 {
    let isPlain = (0..<max(X509_CRL_get_ext_count(list), 0)).allSatisfy {
      X509_EXTENSION_get_critical(X509_CRL_get_ext(list, $0)) == 0
    }
    guard isPlain else {
      throw .malformed(.revocationList, reason: "it has a critical extension that is not supported")
    }
    guard let found = X509_CRL_get_ext_d2i(list, NID_crl_number, nil, nil) else {
      throw .malformed(.revocationList, reason: "it has no number")
    }
    let integer = found.assumingMemoryBound(to: ASN1_INTEGER.self)
    defer { ASN1_INTEGER_free(integer) }
    var number: UInt64 = 0
    guard ASN1_INTEGER_get_uint64(&number, integer) == 1 else {
      throw .malformed(.revocationList, reason: "its number is not one of 64 bits")
    }
    return number
  }

  private static func entries(of list: OpaquePointer) throws(CertificateError) -> [Entry] {
    let count = max(headwater_x509_revoked_count(list), 0)
    guard count <= maximumEntries else { throw .tooManyRevocations }
    var entries: [Entry] = []
    entries.reserveCapacity(Int(clamping: count))
    for index in 0..<count {
      let found = headwater_x509_revoked(list, index)
      guard let serial = SerialNumber(X509_REVOKED_get0_serialNumber(found)),
        let time = ASN1Time.seconds(X509_REVOKED_get0_revocationDate(found)), isPlain(found)
      else { throw .malformed(.revocationList, reason: "one of its entries cannot be read") }
      entries.append(Entry(serial: serial, time: time))
    }
    return sorted(entries)
  }

  /// A critical extension of an entry says that it is about a certificate of another authority.
  private static func isPlain(_ entry: OpaquePointer?) -> Bool {
    (0..<max(X509_REVOKED_get_ext_count(entry), 0)).allSatisfy {
      X509_EXTENSION_get_critical(X509_REVOKED_get_ext(entry, $0)) == 0
    }
  }

  /// Of two entries with one serial the earlier one stays.
  static func sorted(_ entries: [Entry]) -> [Entry] {
    var sorted: [Entry] = []
    sorted.reserveCapacity(entries.count)
    for entry in entries.sorted(by: { ($0.serial, $0.time) < ($1.serial, $1.time) })
    where sorted.last?.serial != entry.serial { sorted.append(entry) }
    return sorted
  }
}
