// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRCertificates
import PRStore
import PRTLS
import PRTopology

/// A topology file on disk. Its paths are relative to it.
struct TopologyFile {
  let path: String

  func bytes() throws -> Data { try NamedFile(path: path, kind: "the topology").bytes() }

  /// Reads it.
  ///
  /// - Parameter looksForCertificates: whether it is a complaint when they are not there.
  func read(looksForCertificates: Bool) throws -> TopologyReading {
    Topology.read(
      try bytes(), file: path,
      certificates: looksForCertificates
        ? CertificateFiles(exists: { FileManager.default.fileExists(atPath: resolve($0)) }, facts: facts) : nil)
  }

  private func facts(_ certificate: String) -> CertificateFacts? {
    guard let own = try? OwnCertificate.read(resolve(certificate)) else { return nil }
    return CertificateFacts(dates: Self.dates(own.dates), names: own.names, isFor: own.isFor)
  }

  private static func dates(_ dates: ValidityPeriod) -> CertificateFacts.Dates {
    switch dates.state(at: TLSClock.system.now()) {
    case .valid: .valid
    case .expiresSoon: .expiresSoon(day: day(dates.notAfter))
    case .expired: .expired(day: day(dates.notAfter))
    case .notYetValid: .notYetValid(day: day(dates.notBefore))
    }
  }

  private static func day(_ seconds: Int64) -> String {
    String(Date(timeIntervalSince1970: Double(seconds)).ISO8601Format().prefix(10))
  }

  /// A path of the file, as this process sees it.
  func resolve(_ other: String) -> String {
    let folder = path.folderOfPath
    return other.hasPrefix("/") || folder == "." ? other : "\(folder == "/" ? "" : folder)/\(other)"
  }
}
