// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// OpenSSL's objects as DER.
enum DERCoding {
  typealias Decoder = (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?
  typealias Encoder = (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>) -> CInt

  /// - Returns: an object, which the caller frees.
  static func decode(_ der: [UInt8], _ kind: EncodedKind, _ decoder: Decoder) throws(CertificateError) -> OpaquePointer
  {
    ErrorQueue.clear()
    let found = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      var start = bytes.baseAddress
      return decoder(&start, bytes.count)
    }
    guard let found else { throw .malformed(kind, reason: ErrorQueue.drain().text) }
    ErrorQueue.clear()
    return found
  }

  /// OpenSSL reads more than DER, and ignores what follows: so the object's own DER must be what was read. Two texts are
  /// then never one certificate.
  static func check(_ der: [UInt8], _ kind: EncodedKind, is encoder: Encoder) throws(CertificateError) {
    guard try encode(encoder) == der else { throw .malformed(kind, reason: "it is not encoded as DER") }
  }

  static func encode(_ encoder: Encoder) throws(CertificateError) -> [UInt8] {
    ErrorQueue.clear()
    var start: UnsafeMutablePointer<UInt8>?
    let count = Int(clamping: encoder(&start))
    guard count > 0, let start else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { CRYPTO_clear_free(start, count, #file, #line) }
    return Array(UnsafeBufferPointer(start: start, count: count))
  }

  static func sha256(_ bytes: [UInt8]) throws(CertificateError) -> [UInt8] {
    ErrorQueue.clear()
    var digest = [UInt8](repeating: 0, count: 32)
    guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    return digest
  }
}

extension Sequence<UInt8> {
  /// Two small digits a byte.
  var hexText: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int(clamping: $0 >> 4)], digits[Int(clamping: $0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
