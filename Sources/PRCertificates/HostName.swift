// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// A DNS name, or an IPv4 or IPv6 address, by which clients find a member.
package struct HostName: Hashable, Sendable {
  /// A DNS name in small letters; an address in its one usual form.
  package let text: String
  package let isAddress: Bool

  /// - Returns: nil for what is neither. A wildcard is refused: it would stand for other members too.
  package init?(_ text: String) {
    if let address = Self.address(text) {
      self = address
    } else {
      let labels = text.split(separator: ".", omittingEmptySubsequences: false)
      let isNumber = labels.last?.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) ?? true
      guard text.utf8.count <= 253, labels.allSatisfy(Self.isLabel), !isNumber else { return nil }
      self.text = text.lowercased()
      isAddress = false
    }
  }

  /// - Parameter address: 4 or 16 bytes.
  /// - Returns: nil for another number of bytes.
  init?(address: [UInt8]) {
    var text = [CChar](repeating: 0, count: Int(clamping: INET6_ADDRSTRLEN))
    guard headwater_x509_address_text(address, CInt(clamping: address.count), &text) != nil else { return nil }
    self.text = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    isAddress = true
  }

  private static func address(_ text: String) -> HostName? {
    // C would take what stands before a NUL.
    guard !text.utf8.contains(0) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = headwater_x509_read_address(text, &bytes)
    return count > 0 ? HostName(address: Array(bytes.prefix(Int(clamping: count)))) : nil
  }

  /// Letters, digits and hyphens (RFC 1123, 2.1).
  private static func isLabel(_ label: Substring) -> Bool {
    let bytes = label.utf8
    guard (1...63).contains(bytes.count), bytes.first != hyphen, bytes.last != hyphen else { return false }
    return bytes.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen:
        true
      default: false
      }
    }
  }

  private static let hyphen = UInt8(ascii: "-")

  /// As OpenSSL's configuration files have it. The characters of a name have no meaning there.
  var setting: String { (isAddress ? "IP:" : "DNS:") + text }
}
