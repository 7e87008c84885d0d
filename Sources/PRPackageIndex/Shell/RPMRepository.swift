// SPDX-License-Identifier: Apache-2.0
import COpenSSL
import Foundation

/// The folder of an rpm feed, by its `repodata/repomd.xml`.
struct RPMRepository {
  /// The path of `repomd.xml`.
  let repomd: String

  /// The index of packages, which has the checksum that `repomd.xml` gives for it.
  ///
  /// The signature of `repomd.xml` is not checked.
  func primary() throws -> IndexFile {
    var bytes: [UInt8] = []
    try IndexFile(.file(path: repomd)).readAll { chunk in
      bytes += chunk
      guard bytes.count <= RepomdReader.limit else {
        throw IndexError.malformed(IndexPlace(file: repomd), problem: .longEntry(limit: RepomdReader.limit))
      }
    }
    let primary = try RepomdReader.primary(bytes.span, file: repomd)
    let folder = URL(fileURLWithPath: repomd).deletingLastPathComponent().deletingLastPathComponent()
    let path = folder.relativePath + "/" + primary.location
    try checkIsInside(path, of: folder.relativePath, location: primary.location)
    let file = try IndexFile(.file(path: path))
    try check(file, against: primary)
    return file
  }

  /// A symbolic link may lead outside, too.
  private func checkIsInside(_ path: String, of folder: String, location: String) throws(IndexError) {
    guard let real = RealPath.of(path) else { throw IndexFile.error(path) }
    guard let root = RealPath.of(folder) else { throw IndexFile.error(folder) }
    guard RealPath.isInside(real, root) else { throw .outside(path: repomd, location: location) }
  }

  private func check(_ file: IndexFile, against primary: RepomdReader.Primary) throws {
    // createrepo calls SHA-1 "sha".
    let kind = primary.checksumKind == "sha" ? "sha1" : primary.checksumKind
    guard ["sha1", "sha224", "sha256", "sha384", "sha512"].contains(kind), let function = EVP_get_digestbyname(kind),
      let context = EVP_MD_CTX_new()
    else { throw IndexError.unknownChecksum(repomd: repomd, kind: primary.checksumKind) }
    defer { EVP_MD_CTX_free(context) }
    var isGood = EVP_DigestInit_ex(context, function, nil) == 1
    try file.readAll { isGood = EVP_DigestUpdate(context, $0, $0.count) == 1 && isGood }
    var digest = [UInt8](repeating: 0, count: 64)
    var length: UInt32 = 0
    isGood = EVP_DigestFinal_ex(context, &digest, &length) == 1 && isGood
    let text = digest.prefix(Int(clamping: length)).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    guard isGood, file.rewind(), text.joined() == primary.checksum.lowercased() else {
      throw IndexError.otherChecksum(path: file.name, repomd: repomd)
    }
  }
}

/// Paths without symbolic links.
enum RealPath {
  static func of(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// - Parameters: paths that have no symbolic links.
  static func isInside(_ path: String, _ folder: String) -> Bool {
    path.hasPrefix(folder == "/" ? folder : folder + "/")
  }
}
