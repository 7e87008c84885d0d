// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import PRServer
import PRWire

/// The rights of a client or a listener, as they are written: `site-a.example=read,allocate` or `tcp://0.0.0.0:8585=read`.
struct AccessGrant: Sendable {
  let who: Grantee
  let rights: Rights

  enum Grantee: Sendable {
    /// The name in a certificate.
    case name(String)
    case listener(Endpoint)
  }

  @Sendable static func parse(_ text: String) throws -> AccessGrant {
    guard let sign = text.lastIndex(of: "="), sign > text.startIndex else {
      throw ValidationError("'\(text)' gives no rights: write NAME=read,allocate")
    }
    let words = String(text[text.index(after: sign)...])
    guard let rights = Rights(words) else {
      throw ValidationError(
        "'\(words)' are not rights: write read, allocate, predict, import, admin, joined by commas, or none")
    }
    let who = String(text[..<sign])
    guard who.contains("://") else { return AccessGrant(who: .name(who), rights: rights) }
    return AccessGrant(who: .listener(try Endpoint.parse(who)), rights: rights)
  }

  func add(to rules: inout AccessRules) {
    switch who {
    case .name(let name): rules.names[name] = rights
    case .listener(let listener): rules.listeners[listener] = rights
    }
  }
}
