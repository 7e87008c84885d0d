// SPDX-License-Identifier: Apache-2.0

/// What a certificate's file says, as far as rules between nodes need it.
package struct CertificateFacts: Sendable {
  /// What its dates mean today. Days are written as `2026-11-25`.
  package enum Dates: Hashable, Sendable {
    case valid
    case expiresSoon(day: String)
    case expired(day: String)
    case notYetValid(day: String)
  }

  package let dates: Dates
  /// For whom it is: DNS names and IP addresses.
  package let names: [String]
  /// Whether a client that calls a server by this DNS name or IP address takes the certificate.
  package let isFor: @Sendable (_ host: String) -> Bool

  package init(dates: Dates, names: [String], isFor: @escaping @Sendable (_ host: String) -> Bool) {
    self.dates = dates
    self.names = names
    self.isFor = isFor
  }
}

/// What a topology's certificate files hold. A path is as the topology writes it.
package struct CertificateFiles {
  /// Whether there is a file or a folder.
  let exists: (String) -> Bool
  /// Nil for a file without a certificate that can be read: the node that serves with it says why.
  let facts: (String) -> CertificateFacts?

  package init(exists: @escaping (String) -> Bool, facts: @escaping (String) -> CertificateFacts? = { _ in nil }) {
    self.exists = exists
    self.facts = facts
  }
}

/// Dates and names of the certificates that are there.
extension Checks {
  func checkCertificateFacts() {
    guard let files else { return }
    for node in nodes {
      guard let path = node.located(\.tlsCertificate), let facts = files.facts(path.value) else { continue }
      checkDates(facts.dates, of: path, node)
      checkNames(facts, of: path, node)
    }
  }

  private func checkDates(_ dates: CertificateFacts.Dates, of path: Located<String>, _ node: TopologyNode) {
    let owner = "the certificate of \(quoted(node.name.value))"
    let renew = "renew it: topology/certificates --renew"
    switch dates {
    case .valid: break
    case .expired(let day): complaints.error(.certificates, at: path.place, "\(owner) expired on \(day)", help: renew)
    case .expiresSoon(let day):
      complaints.warning(.certificates, at: path.place, "\(owner) expires on \(day)", help: renew)
    case .notYetValid(let day):
      complaints.error(
        .certificates, at: path.place, "\(owner) is not valid before \(day)",
        help: "check its dates and the clock of this machine")
    }
  }

  /// Compares the certificate with the names by which other nodes of the file call this one.
  private func checkNames(_ facts: CertificateFacts, of path: Located<String>, _ node: TopologyNode) {
    var told: [String] = []
    for caller in nodes {
      for link in caller.upstreams where link.node == node.name.value {
        guard case .tls(let host, _)? = link.endpoint else { continue }
        let expected = caller.options.tlsName ?? host
        guard !told.contains(expected), !facts.isFor(expected) else { continue }
        told.append(expected)
        complaints.error(
          .certificates, at: path.place,
          "the certificate of \(quoted(node.name.value)) is for \(Self.list(facts.names)), and "
            + "\(quoted(caller.name.value)) calls it \(quoted(expected))",
          help: "make one for this name, or set 'tls.name' at \(quoted(caller.name.value))")
      }
    }
  }

  private static func list(_ names: [String]) -> String {
    names.isEmpty ? "no name" : names.prefix(8).map(quoted).joined(separator: ", ")
  }
}
