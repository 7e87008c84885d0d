// SPDX-License-Identifier: Apache-2.0
import COpenSSL

extension CertificateAuthority {
  /// A certificate with its key, both as PEM, for a federation made by hand: it names no member, and has no rights.
  package struct HandMadeIdentity: Hashable, Sendable {
    package let certificate: String
    package let key: String
  }

  /// Makes a key and a certificate that is good for servers and for clients.
  ///
  /// - Parameters:
  ///   - names: DNS names, with wildcards too, and IP addresses; the first is also the subject's common name, if it is short
  ///     enough. What is no name of a machine is the subject's name only.
  ///   - now: in seconds since 1970.
  ///   - lifetime: in seconds.
  ///   - random: the serial number's; the key is made of OpenSSL's.
  package func handMadeIdentity(
    _ names: [String], at now: Int64, lifetime: Int64 = MemberProfile.lifetime,
    using random: inout some RandomNumberGenerator
  ) throws(CertificateError) -> HandMadeIdentity {
    let key = try PrivateKey()
    // The longest common name (RFC 5280, A.1). One with a NUL would be another name for a reader in C.
    let subject = names.first.flatMap { (1...64).contains($0.utf8.count) && !$0.utf8.contains(0) ? $0 : nil }
    let alternatives = names.compactMap(Self.alternative).joined(separator: ",")
    guard subject != nil || !alternatives.isEmpty else { throw .badHostName }
    // A certificate without a subject is found by its alternative names alone (RFC 5280, 4.2.1.6).
    let setting = (subject == nil ? "critical," : "") + alternatives
    let draft = CertificateDraft(
      subject: subject.map { [(NID_commonName, $0)] } ?? [], key: key.publicKey,
      period: try period(from: now, lifetime: lifetime), serial: .random(using: &random),
      extensions: Self.leaf + (alternatives.isEmpty ? [] : [(NID_subject_alt_name, setting)]))
    let der = try draft.signed(by: certificate, self.key)
    return HandMadeIdentity(certificate: try PEMText.text(.certificate, der), key: try key.pem())
  }

  private static func alternative(_ name: String) -> String? {
    guard name.hasPrefix("*.") else { return HostName(name)?.setting }
    guard let host = HostName(String(name.dropFirst(2))), !host.isAddress else { return nil }
    return "DNS:*.\(host.text)"
  }
}
