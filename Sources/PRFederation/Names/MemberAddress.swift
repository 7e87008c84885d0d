// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where a member is reached, as its invitation says: a host in lower case, and a port.
package struct MemberAddress: Hashable, Sendable {
  /// A DNS name, an IPv4 address, or an IPv6 address without brackets.
  package let host: String
  package let port: UInt16

  /// A member has at most so many addresses.
  package static let maximum = 8

  /// - Parameter text: `HOST:PORT`, an IPv6 address in brackets, of 300 bytes at most.
  package init?(_ text: String) {
    guard text.utf8.count <= 300, let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
    let digits = text[text.index(after: colon)...]
    let isNumber = digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
    guard isNumber, digits.utf8.first != UInt8(ascii: "0"), let port = UInt16(digits) else { return nil }
    guard let host = Self.host(text[..<colon].lowercased()) else { return nil }
    self.host = host
    self.port = port
  }

  private static func host(_ text: String) -> String? {
    if text.hasPrefix("["), text.hasSuffix("]") {
      let inner = text.dropFirst().dropLast()
      let isAddress = inner.utf8.allSatisfy {
        Hexadecimal.value(of: $0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
      }
      return isAddress && inner.contains(":") ? String(inner) : nil
    }
    do throws(NameError) {
      try DomainName.check(text, maximumLength: FederationName.maximumLength)
    } catch {
      guard error == .numberAtEnd, isIPv4(text) else { return nil }
    }
    return text
  }

  private static func isIPv4(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
  }
}

extension MemberAddress: CustomStringConvertible {
  /// As it is read.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
