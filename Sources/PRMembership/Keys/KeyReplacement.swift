// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation

/// A key that takes the place of one that was lost, and that no key has endorsed.
///
///     written beside the other -> named by the register -> in place
///
/// It stands beside the other until all else is done, so that a process which ends on the way is followed by another.
extension KeyFolder {
  package func write(replacement authority: CertificateAuthority) throws(KeyFolderError) {
    try write(authority, replacementFile, replacementKeyFile)
  }

  /// Does the last step, where the register names the key and it is not in place.
  ///
  /// - Parameter now: in seconds since 1970.
  /// - Returns: whether there was anything to do.
  package func putReplacementInPlace(_ register: Register, at now: Int64) throws -> Bool {
    // The present key may have been lost in the middle of a change to another one.
    guard exists(replacementFile), register.rekeying == nil else { return false }
    guard exists(replacementKeyFile) else {
      let isInPlace = try AuthorityCertificate(reading: read(replacementFile)).digest == register.authority
      remove(replacementFile)
      return isInPlace
    }
    let authority = try replacement(at: now)
    guard authority.certificate.digest == register.authority else { return false }
    try put(inPlace: authority, of: register, at: now)
    return true
  }

  /// Each of these may be done again, and what stands beside goes last.
  func put(inPlace authority: CertificateAuthority, of register: Register, at now: Int64) throws {
    let certificate = authority.certificate
    let list = try register.revocations.map {
      try RevocationList(reading: Array($0.list.utf8), of: CertificateAuthority.Trust(certificate))
    }
    try write(authority)
    removeNext()
    try write(trust: [certificate], list.map { [$0] } ?? [])
    let key = try PrivateKey()
    let own = try Signing(authority, at: now).certificate(
      of: .authority, at: register.addresses, for: key.publicKey, lifetime: register.certificateLifetime)
    try write(key, own, of: [certificate])
    // By the certificate it is seen that there is something to do: it is written last, and goes last.
    remove(replacementKeyFile)
    remove(replacementFile)
  }
}
