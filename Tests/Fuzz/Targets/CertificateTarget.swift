// SPDX-License-Identifier: Apache-2.0
import PRCertificates

extension FuzzTarget {
  /// What a member and its authority send each other, as DER or PEM. What is read is written as the same, and a revocation list
  /// counts only with its authority's signature.
  static let certificates = FuzzTarget("certificates", length: 4096, milliseconds: 500) { bytes in
    var input = FuzzInput(bytes)
    let kind = input.number(below: 5)
    let bytes = input.rest()
    switch kind {
    case 0:
      guard let key = try? PrivateKey(reading: bytes) else { return }
      let again = try PrivateKey(reading: Array(key.pem().utf8))
      try require(again.publicKey == key.publicKey, "a key is written as another one")
    case 1:
      guard let request = try? SigningRequest(reading: bytes) else { return }
      let again = try SigningRequest(reading: Array(request.pem().utf8))
      try require(again == request, "a request is written as another one")
    case 2:
      guard let certificate = try? MemberCertificate(reading: bytes) else { return }
      let again = try MemberCertificate(reading: Array(certificate.pem().utf8))
      try require(again == certificate, "a certificate is written as another one")
    case 3:
      guard let certificate = try? AuthorityCertificate(reading: bytes) else { return }
      let again = try AuthorityCertificate(reading: Array(certificate.pem().utf8))
      try require(again == certificate, "an authority's certificate is written as another one")
    default:
      let trust = try authority.get()
      guard let list = try? RevocationList(reading: bytes, of: trust) else { return }
      let again = try RevocationList(reading: Array(list.pem().utf8), of: trust)
      try require(again == list, "a revocation list is written as another one")
      try require(list.entries.allSatisfy { list.contains($0.serial) }, "an entry is not found")
    }
  }

  /// The one that has signed the lists of the corpus.
  private static let authority = Result {
    CertificateAuthority.Trust(try AuthorityCertificate(reading: Array(authorityText.utf8)))
  }

  private static let authorityText = """
    -----BEGIN CERTIFICATE-----
    MIIB7TCCAZSgAwIBAgIQb7rjaFljuxnkQot7IkCXMDAKBggqhkjOPQQDAjBEMRMw
    EQYDVQQKDApocS5leGFtcGxlMS0wKwYDVQQDDCRIZWFkd2F0ZXIgYXV0aG9yaXR5
    IDg4YjExOWY0ODE1NTgyNDAwHhcNMjcwMTE1MDcwMDAwWhcNMzcwMTE0MDgwMDAw
    WjBEMRMwEQYDVQQKDApocS5leGFtcGxlMS0wKwYDVQQDDCRIZWFkd2F0ZXIgYXV0
    aG9yaXR5IDg4YjExOWY0ODE1NTgyNDAwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
    AARfVGaEPydeJkmv3tFxDR0VOxNr56kY3CDkcYBpBkSVSOixJ6aHQ/MKKOy52l8U
    HJ7Cta47mDWEjntsJsFH9qj7o2gwZjASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1Ud
    DwEB/wQEAwIBBjAdBgNVHQ4EFgQUZZdHTSar3q07b7mZYK/eB52/C6owIQYDVR0R
    BBowGIYWaGVhZHdhdGVyOi8vaHEuZXhhbXBsZTAKBggqhkjOPQQDAgNHADBEAiAF
    k+c7u+Yrgz3QVpAjRWMrdPUs3nPhxop+Y0nH93Xh3QIgJ6qXHGogdZr8l9mqZTNG
    VB16xF3G0lvnvAdbahe9R3s=
    -----END CERTIFICATE-----
    """
}
