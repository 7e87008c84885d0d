// SPDX-License-Identifier: Apache-2.0
import PRNode
import PRRevision
import PRWire

/// Who may do what: by the name in a client's certificate, else by the listener it came to.
package struct AccessRules: Hashable, Sendable {
  /// What a certificate with this name is good for, on every listener.
  package var names: [String: Rights] = [:]
  /// What everybody else may do on a listener. Without an entry: on plain ones what BitBake's server gives, on TLS ones
  /// to read.
  package var listeners: [Endpoint: Rights] = [:]

  package init() {}

  /// - Parameters:
  ///   - peerNames: the names in the client's certificate.
  ///   - isFederated: the server is a node of a federation, where a client without a certificate can only join it.
  func rights(on listener: Endpoint, peerNames: [String], isFederated: Bool = false) -> Rights {
    guard isFederated, case .tls = listener else { return rights(on: listener, peerNames: peerNames, otherwise: .read) }
    return rights(on: listener, peerNames: peerNames, otherwise: []).union(.enroll)
  }

  /// - Parameter otherwise: what a client of TLS has for which nothing is said.
  private func rights(on listener: Endpoint, peerNames: [String], otherwise: Rights) -> Rights {
    let named = peerNames.compactMap { names[$0] }
    guard named.isEmpty else { return named.reduce([]) { $0.union($1) } }
    if let rights = listeners[listener] { return rights }
    if case .tls = listener { return otherwise }
    return .bitbake
  }
}
