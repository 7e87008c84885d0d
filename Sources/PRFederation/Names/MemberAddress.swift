// SPDX-License-Identifier: Apache-2.0

/// Where a member is reached, as its invitation says: a host and a port, in one spelling.
package struct MemberAddress: Hashable, Sendable {
  /// A DNS name in lower case, an IPv4 address, or an IPv6 address without brackets.
  package var host: String { spelling.text }
  /// The host with its kind.
  package let spelling: HostSpelling
  package let port: UInt16

  /// It names no machine to others.
  var isOfThisMachine: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// A member has at most so many addresses.
  package static let maximum = 8

  /// - Parameter text: `HOST:PORT`, an IPv6 address in brackets, of 300 bytes at most.
  package init?(_ text: String) {
    guard text.utf8.count <= 300, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    let digits = text[text.index(after: colon)...]
    let isNumber = digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    guard isNumber, digits.utf8.first != UInt8(ascii: "0"), let port = UInt16(digits) else { return nil }
    guard let spelling = Self.spelling(text[..<colon]) else { return nil }
    self.spelling = spelling
    self.port = port
  }

  /// Brackets stand around an IPv6 address and around nothing else.
  private static func spelling(_ text: Substring) -> HostSpelling? {
    let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
    let host = isBracketed ? text.dropFirst().dropLast() : text
    return host.contains(":") == isBracketed ? HostSpelling(String(host)) : nil
  }
}

extension MemberAddress: CustomStringConvertible {
  /// As it is read.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
