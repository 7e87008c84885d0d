// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTLS
import PRWire

/// What is wrong with the certificates of a node, or will be soon.
struct CertificateCheck {
  var certificates: [OwnCertificate]
  /// Where the node listens, as it was asked for.
  var listeners: [Endpoint]

  /// One thing to say.
  enum Finding: Hashable {
    case expired(path: String, at: Int64)
    case notYetValid(path: String, from: Int64)
    case expiresSoon(path: String, at: Int64)
    /// Clients that call the node by the name at which it listens refuse the certificate.
    case otherNames(path: String, names: [String], host: String)
  }

  /// - Parameter now: in seconds since 1970.
  func findings(at now: Int64) -> [Finding] {
    var seen: [String] = []
    var findings: [Finding] = []
    for certificate in certificates where !seen.contains(certificate.path) {
      seen.append(certificate.path)
      if let date = Self.finding(certificate, at: now) { findings.append(date) }
      for host in hosts where !certificate.isFor(host) {
        findings.append(.otherNames(path: certificate.path, names: certificate.names, host: host))
      }
    }
    return findings
  }

  private static func finding(_ certificate: OwnCertificate, at now: Int64) -> Finding? {
    let dates = certificate.dates
    return switch dates.state(at: now) {
    case .valid: nil
    case .expired: .expired(path: certificate.path, at: dates.notAfter)
    case .notYetValid: .notYetValid(path: certificate.path, from: dates.notBefore)
    case .expiresSoon: .expiresSoon(path: certificate.path, at: dates.notAfter)
    }
  }

  /// The names by which clients certainly call the node. An IP address may stand for any name, and programs on the machine
  /// itself say which name they expect.
  private var hosts: [String] {
    var hosts: [String] = []
    for case .tls(let host, _) in listeners where Self.isName(host) && !hosts.contains(host) { hosts.append(host) }
    return hosts
  }

  private static func isName(_ host: String) -> Bool {
    !host.contains(":") && host.contains(where: \.isLetter) && !LoopbackHost.contains(host)
  }
}
