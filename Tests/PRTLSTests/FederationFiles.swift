// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRCertificates
import PRFederation
import PRTLS
import TestSeed

/// A federation's authority, and a folder with the files of what it signs.
final class FederationFiles {
  let authority: CertificateAuthority
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "headwater-tls-\(UUID().uuidString)")
  private let now = Int64(Date().timeIntervalSince1970)
  private var random = Seed(1).numbers

  init(_ name: String = "hq.example") throws {
    authority = try .make(federation: FederationName(name), at: now, using: &random)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var authorityPEM: String { get throws { try authority.certificate.pem() } }

  func uri(_ member: String) throws -> MemberURI {
    MemberURI(federation: authority.certificate.federation, member: try MemberName(member))
  }

  /// A member's certificate and key, signed for these DNS names and addresses.
  ///
  /// - Parameter chain: PEM that follows the certificate; nil for the authority's.
  func member(_ name: String, names: [String] = [], chain: [String]? = nil) throws -> TLSFiles {
    let key = try PrivateKey()
    let profile = try MemberProfile(
      member: MemberName(name), names: names.compactMap { HostName($0) }, rights: CertificateRights(["read"]))
    let certificate = try authority.sign(key.publicKey, as: profile, at: now, using: &random)
    return try write(name, [certificate.pem()] + (chain ?? [authorityPEM]), key.pem())
  }

  func handMadePEM(_ names: [String]) throws -> CertificateAuthority.HandMadeIdentity {
    try authority.handMadeIdentity(names, at: now, using: &random)
  }

  /// A certificate that names no member.
  func handMade(_ names: [String]) throws -> TLSFiles {
    let made = try handMadePEM(names)
    return try write("hand-made", [made.certificate], made.key)
  }

  private func write(_ name: String, _ certificates: [String], _ key: String) throws -> TLSFiles {
    let parts = try [("pem", certificates.joined()), ("key", key), ("ca", authorityPEM)].map { part in
      let path = folder.appendingPathComponent("\(name).\(part.0)")
      try Data(part.1.utf8).write(to: path)
      return path.path
    }
    return TLSFiles(certificate: parts[0], key: parts[1], trust: parts[2])
  }
}
