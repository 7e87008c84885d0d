// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import PRWire

/// Who may look.
struct StatusAuthorizer: Sendable {
  let token: StatusToken?
  /// Only names of this machine are answered: a foreign page, whose own name was made to mean this machine, is not.
  let isLoopback: Bool

  /// A client with the token may; without a token, only the programs of this machine, and only on a loopback address.
  var mayAcknowledge: Bool { token != nil || isLoopback }

  enum Verdict: Hashable { case welcome, unknown, foreign }

  func judge(_ headers: HTTPFields, authority: String?) -> Verdict {
    if isLoopback, let authority, !Self.isLocal(authority) { return .foreign }
    guard let token else { return .welcome }
    guard let shown = Self.token(in: headers[.authorization] ?? ""), Self.isSame(shown, token.text) else {
      return .unknown
    }
    return .welcome
  }

  /// `Bearer TOKEN`, or what a browser makes of a name and a password: the name does not count.
  private static func token(in authorization: String) -> String? {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return nil }
    switch parts[0].lowercased() {
    case "bearer": return String(parts[1])
    case "basic":
      guard let data = Data(base64Encoded: String(parts[1])), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
        return nil
      }
      return String(decoding: data[data.index(after: colon)...], as: UTF8.self)
    default: return nil
    }
  }

  /// In a time that does not tell how much of it was right.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    let (one, other) = (Array(one.utf8), Array(other.utf8))
    var difference = one.count ^ other.count
    for index in other.indices { difference |= Int(clamping: other[index] ^ (index < one.count ? one[index] : 0)) }
    return difference == 0
  }

  /// Whether the authority of a request (RFC 3986, 3.2) names this machine: a host, in brackets for IPv6, and a port or none.
  private static func isLocal(_ authority: String) -> Bool {
    var host = authority[...]
    if let colon = host.lastIndex(of: ":"), host.last != "]" {
      let port = host[host.index(after: colon)...]
      guard port.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return false }
      host = host[..<colon]
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      let address = host.dropFirst().dropLast()
      return address.contains(":") && LoopbackHost.contains(String(address))
    }
    return !host.contains(":") && LoopbackHost.contains(String(host))
  }
}
