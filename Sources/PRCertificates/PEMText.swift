// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// PEM: base64 between lines that say what it is (RFC 7468).
struct PEMText {
  struct Block {
    let label: String
    /// What RFC 1421 has before the base64: it says how a key is encrypted.
    let hasHeader: Bool
    let der: [UInt8]
  }

  /// A file holds no more of them.
  private static let maximumBlocks = 8

  let blocks: [Block]

  /// What stands before and between the blocks is skipped.
  ///
  /// - Parameter bytes: bounded by the caller.
  init(reading bytes: [UInt8]) {
    var blocks: [Block] = []
    bytes.withUnsafeBytes { bytes in
      guard let count = CInt(exactly: bytes.count), let file = BIO_new_mem_buf(bytes.baseAddress, count) else { return }
      defer { BIO_free(file) }
      while blocks.count < Self.maximumBlocks, let block = Self.next(file) { blocks.append(block) }
    }
    ErrorQueue.clear()
    self.blocks = blocks
  }

  private static func next(_ file: OpaquePointer) -> Block? {
    var (label, header): (UnsafeMutablePointer<CChar>?, UnsafeMutablePointer<CChar>?)
    var start: UnsafeMutablePointer<UInt8>?
    var count = 0
    guard PEM_read_bio(file, &label, &header, &start, &count) == 1, let label, let header, let start else { return nil }
    defer {
      CRYPTO_free(label, #file, #line)
      CRYPTO_free(header, #file, #line)
      // It may be a private key.
      CRYPTO_clear_free(start, count, #file, #line)
    }
    return Block(
      label: String(cString: label), hasHeader: header[0] != 0,
      der: Array(UnsafeBufferPointer(start: start, count: count)))
  }

  static func text(_ kind: EncodedKind, _ der: [UInt8]) throws(CertificateError) -> String {
    ErrorQueue.clear()
    guard let bio = BIO_new(BIO_s_mem()) else { throw .openSSL(reason: ErrorQueue.drain().text) }
    defer { BIO_free(bio) }
    guard PEM_write_bio(bio, kind.label, "", der, der.count) > 0 else {
      throw .openSSL(reason: ErrorQueue.drain().text)
    }
    var start: UnsafeMutablePointer<CChar>?
    let length = headwater_tls_bio_bytes(bio, &start)
    return String(decoding: UnsafeRawBufferPointer(start: start, count: length), as: UTF8.self)
  }
}

extension EncodedKind {
  /// The DER of what is given as DER or as PEM with one block.
  func der(of bytes: [UInt8]) throws(CertificateError) -> [UInt8] {
    guard bytes.count <= maximumText else { throw .tooLarge(self) }
    // DER is a sequence; no base64 block begins with its tag.
    let isDER = bytes.first == DERReader.sequence
    let der = isDER ? bytes : try block(of: bytes)
    guard der.count <= maximumBytes else { throw .tooLarge(self) }
    return der
  }

  private func block(of bytes: [UInt8]) throws(CertificateError) -> [UInt8] {
    // 'openssl ecparam -genkey' writes the curve's name before the key.
    let blocks = PEMText(reading: bytes).blocks.filter { $0.label != "EC PARAMETERS" }
    if self == .privateKey, blocks.contains(where: { $0.hasHeader || $0.label == "ENCRYPTED PRIVATE KEY" }) {
      throw .encryptedKey
    }
    guard let block = blocks.first else { throw .malformed(self, reason: "it has no block of PEM") }
    guard blocks.count == 1 else { throw .malformed(self, reason: "it has more than one block of PEM") }
    guard !block.hasHeader, block.label == label || otherLabels.contains(block.label) else {
      throw .malformed(self, reason: "its block of PEM is of another kind")
    }
    return block.der
  }
}
