// SPDX-License-Identifier: Apache-2.0
import COpenSSL

/// The one spelling of a host: a DNS name in lower case, or an IPv4 or IPv6 address as `inet_ntop` writes it.
///
/// A member's address and the names in its certificate are both read by it, so a host that one of them takes is never
/// refused by the other.
package struct HostSpelling: Hashable, Sendable {
  package let text: String
  package let isAddress: Bool

  /// - Parameter text: in either case, an IPv6 address without brackets.
  /// - Returns: nil for what is neither a DNS name nor an address. A wildcard is none: it stands for other hosts too.
  package init?(_ text: String) {
    // The lower case of some other characters is a letter of ASCII, such as that of the Kelvin sign. C takes what stands
    // before a NUL.
    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    if let address = Self.address(text) {
      self = address
      return
    }
    let lower = text.lowercased()
    guard (try? DomainName.check(lower)) != nil else { return nil }
    self.text = lower
    isAddress = false
  }

  /// - Parameter address: 4 or 16 bytes.
  /// - Returns: nil for another number of bytes.
  package init?(address: [UInt8]) {
    var text = [CChar](repeating: 0, count: Int(clamping: INET6_ADDRSTRLEN))
    guard headwater_x509_address_text(address, CInt(clamping: address.count), &text) != nil else { return nil }
    self.text = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    isAddress = true
  }

  private static func address(_ text: String) -> HostSpelling? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = headwater_x509_read_address(text, &bytes)
    return count > 0 ? HostSpelling(address: Array(bytes.prefix(Int(clamping: count)))) : nil
  }
}
