// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRRevision

/// What an operator, or a member with the right, changes of another member.
package enum FederationChange: Hashable, Sendable {
  case retire(MemberName)
  case revoke(MemberName)
  case rename(MemberName, to: MemberName)
  case relane(MemberName)

  package init?(_ kind: RequestKind, _ name: MemberName, newName: MemberName?) {
    switch (kind, newName) {
    case (.retire, nil): self = .retire(name)
    case (.revoke, nil): self = .revoke(name)
    case (.rename, let new?): self = .rename(name, to: new)
    default: return nil
    }
  }
}

extension FederationChange {
  /// Whether the list of revoked certificates changes with it.
  package func needsSignature(in register: Register) -> Bool {
    switch self {
    // To withdraw an invitation is no signature.
    case .revoke(let name): register.member(named: name)?.state ?? .revoked != .revoked
    // The certificate of a machine has the authority's name: it must not outlast the machine.
    case .retire(let name): register.member(named: name)?.kind == .machine
    case .rename, .relane: false
    }
  }
}

extension Register {
  /// Makes the change.
  ///
  /// - Parameter signing: nil for a change that needs none.
  /// - Returns: what was done, and what is to be done next.
  package mutating func make(
    _ change: FederationChange, by sender: Sender, now: Int64, signing: Signing?
  ) throws(FederationFailure) -> String {
    switch change {
    case .retire(let name):
      let leaving = member(named: name)
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in try retire(name, by: sender, now: now) }
      if let leaving, leaving.kind == .machine {
        guard let signing else { throw .needsKey }
        let certificates = leaving.certificates.filter { now < $0.expires }
        try signList(adding: certificates.compactMap { SerialNumber(hex: $0.serial) }, signing)
      }
      let isDone = member(named: name)?.state == .retired
      return isDone
        ? "\(name) is retired; end it"
        : "\(name) is retiring: with its next report it mints nothing more, and its lane can be given again; "
          + "'headwater federation' shows when it is retired, then end it"
    case .revoke(let name):
      if member(named: name)?.state ?? .revoked == .revoked,
        let withdrawn = try? withdrawal(of: name, by: sender, now: now)
      {
        self = withdrawn
        return "the invitation of \(name) is withdrawn"
      }
      let revoked = try revoke(name, by: sender, now: now, signing: signing)
      let cut =
        revoked.below.isEmpty
        ? "" : "; these are below it and have lost their way up: \(revoked.below.map(\.text).joined(separator: ", "))"
      return "\(name) is revoked: members refuse it within a minute\(cut)"
    case .rename(let name, let new):
      try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try rename(name, to: new, by: sender, now: now)
      }
      if member(named: new)?.kind == .machine { return "\(name) is called \(new) from now on" }
      return "\(name) is called \(new) from now on, and gets a certificate of that name with its next report"
    case .relane(let name):
      var random = SystemRandomNumberGenerator()
      let bits = random.next()
      let lease = try FederationFailure.ofRegister { () throws(RegisterRefusal) in
        try relane(name, by: sender, bits: bits, now: now)
      }
      let lane = lease.lane.map(\.description) ?? "none"
      return "\(name) gets the lane \(lane) with its next report; its old lane is never given again"
    }
  }

  private func withdrawal(
    of name: MemberName, by sender: Sender, now: Int64
  ) throws(RegisterRefusal) -> Register {
    var register = self
    try register.withdraw(name, by: sender, now: now)
    return register
  }
}
