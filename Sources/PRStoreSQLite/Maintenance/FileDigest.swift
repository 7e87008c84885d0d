// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import PRStore

/// SHA-256, of a file read piece by piece.
struct FileDigest {
  /// - Returns: 64 hexadecimal digits.
  static func sha256(of path: String, on files: any StoreFiles) throws(StoreError) -> String {
    guard let context = EVP_MD_CTX_new() else { throw .engine(path: path, detail: "no memory for its checksum") }
    defer { EVP_MD_CTX_free(context) }
    var isGood = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    do throws(FileError) {
      try files.readPieces(of: path, size: 1 << 20) { piece in
        isGood = EVP_DigestUpdate(context, piece, piece.count) == 1 && isGood
      }
    } catch {
      if error.isMissing { throw .missing(path: path) }
      if error.isRefusal { throw .permission(path: path) }
      throw .engine(path: path, detail: "it could not be read: \(error); \(error.advice)")
    }
    var digest = [UInt8](repeating: 0, count: 32)
    isGood = EVP_DigestFinal_ex(context, &digest, nil) == 1 && isGood
    guard isGood else { throw .engine(path: path, detail: "its checksum could not be computed") }
    return text(digest)
  }

  /// The SHA-256 of a few bytes.
  static func sha256(of bytes: some Collection<UInt8>) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let bytes = Array(bytes)
    SHA256(bytes, bytes.count, &digest)
    return text(digest)
  }

  private static func text(_ digest: [UInt8]) -> String {
    digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
