// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// A DNS name, or an IPv4 or IPv6 address, by which clients find a member.
package struct HostName: Hashable, Sendable {
  private let spelling: HostSpelling

  /// A DNS name in small letters; an address in its one usual form.
  package var text: String { spelling.text }
  package var isAddress: Bool { spelling.isAddress }

  /// - Returns: nil for what is neither. A wildcard is refused: it would stand for other members too.
  package init?(_ text: String) {
    guard let spelling = HostSpelling(text) else { return nil }
    self.spelling = spelling
  }

  /// The host of a member's address.
  package init(of address: MemberAddress) { spelling = address.spelling }

  /// - Parameter address: 4 or 16 bytes.
  /// - Returns: nil for another number of bytes.
  init?(address: [UInt8]) {
    guard let spelling = HostSpelling(address: address) else { return nil }
    self.spelling = spelling
  }

  /// As OpenSSL's configuration files have it. The characters of a name have no meaning there.
  var setting: String { (isAddress ? "IP:" : "DNS:") + text }
}
