// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A request for a certificate (PKCS #10). Only its public key counts: who a certificate is for, and what it allows, is
/// the authority's to say.
package struct SigningRequest: Hashable, Sendable {
  package let publicKey: PublicKey
  package let der: [UInt8]

  /// A request without a name.
  package init(for key: PrivateKey) throws(CertificateError) {
    ErrorQueue.clear()
    guard let request = X509_REQ_new() else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { X509_REQ_free(request) }
    // Version 1, which is the only one.
    guard X509_REQ_set_version(request, 0) == 1, X509_REQ_set_pubkey(request, key.handle) == 1,
      X509_REQ_sign(request, key.handle, EVP_sha256()) > 0
    else { throw .openSSL(reason: ErrorQueue.drain().text) }
    der = try DERCoding.encode { i2d_X509_REQ(request, $0) }
    publicKey = key.publicKey
  }

  /// Its sender has the private key: the signature is checked.
  ///
  /// - Parameter bytes: DER or PEM.
  package init(reading bytes: [UInt8]) throws(CertificateError) {
    let der = try EncodedKind.request.der(of: bytes)
    try Self.checkKind(der)
    let request = try DERCoding.decode(der, .request) { d2i_X509_REQ(nil, &$0, $1) }
    defer { X509_REQ_free(request) }
    try DERCoding.check(der, .request) { i2d_X509_REQ(request, $0) }
    let key = try DERCoding.encode { i2d_X509_PUBKEY(X509_REQ_get_X509_PUBKEY(request), $0) }
    publicKey = try PublicKey(key, of: .request)
    let handle = try publicKey.handle(of: .request)
    defer {
      EVP_PKEY_free(handle)
      ErrorQueue.clear()
    }
    guard X509_REQ_verify(request, handle) == 1 else { throw .badSignature(.request) }
    self.der = der
  }

  package func pem() throws(CertificateError) -> String { try PEMText.text(.request, der) }

  /// Looks at the key before OpenSSL does, which a client that has shown no certificate yet could give a key that is
  /// costly to read: a request begins with a version and a name, which the key follows (RFC 2986, 4.1).
  private static func checkKind(_ der: [UInt8]) throws(CertificateError) {
    var outer = DERReader(der[...])
    var information = DERReader(outer.read(DERReader.sequence) ?? [])
    var fields = DERReader(information.read(DERReader.sequence) ?? [])
    guard fields.read(DERReader.integer) != nil, fields.read(DERReader.sequence) != nil else {
      throw .malformed(.request, reason: "it does not begin as a request")
    }
    let kind = KeyKind(fields.rest)
    guard kind == .p256 else { throw .unsupportedKey(kind, of: .request) }
  }
}
