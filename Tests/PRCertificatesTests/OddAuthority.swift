// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRCertificates
import TestCertificates

/// Changes what an authority signed, and signs it again with the authority's key.
struct OddAuthority {
  let key: [UInt8]

  init(_ authority: CertificateAuthority) throws { key = Array(try authority.keyPEM().utf8) }

  func certificate(_ der: [UInt8], _ change: (OpaquePointer?) -> Void) -> [UInt8] {
    let certificate = der.withUnsafeBufferPointer {
      var start = $0.baseAddress
      return d2i_X509(nil, &start, $0.count)
    }
    defer { X509_free(certificate) }
    change(certificate)
    withKey { X509_sign(certificate, $0, EVP_sha256()) }
    return ForeignRequest.der { i2d_X509(certificate, $0) }
  }

  func list(_ der: [UInt8], _ change: (OpaquePointer?) -> Void) -> [UInt8] {
    let list = der.withUnsafeBufferPointer {
      var start = $0.baseAddress
      return d2i_X509_CRL(nil, &start, $0.count)
    }
    defer { X509_CRL_free(list) }
    change(list)
    withKey { X509_CRL_sign(list, $0, EVP_sha256()) }
    return ForeignRequest.der { i2d_X509_CRL(list, $0) }
  }

  private func withKey(_ body: (OpaquePointer?) -> CInt) {
    let bio = BIO_new_mem_buf(key, CInt(clamping: key.count))
    let key = PEM_read_bio_PrivateKey(bio, nil, nil, nil)
    _ = body(key)
    EVP_PKEY_free(key)
    BIO_free(bio)
  }

  /// - Parameter setting: nil takes the extension away.
  static func replace(_ kind: CInt, by setting: String?, in certificate: OpaquePointer?) {
    X509_EXTENSION_free(X509_delete_ext(certificate, X509_get_ext_by_NID(certificate, kind, -1)))
    guard let setting else { return }
    let made = X509V3_EXT_conf_nid(nil, nil, kind, setting)
    X509_add_ext(certificate, made, -1)
    X509_EXTENSION_free(made)
  }

  static func indexOfRights(in certificate: OpaquePointer?) -> CInt {
    let kind = OBJ_txt2obj(CertificateRights.objectIdentifier, 1)
    defer { ASN1_OBJECT_free(kind) }
    return X509_get_ext_by_OBJ(certificate, kind, -1)
  }
}
