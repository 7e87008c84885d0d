// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The name of a store: a UUID of version 4 (RFC 9562, section 5.4), in lower case.
package enum StoreIdentity {
  package static func random(_ random: () -> UInt64) -> String {
    let high = random() & ~0xF000 | 0x4000
    let low = random() & ~(3 << 62) | (2 << 62)
    let digits = Hexadecimal.text(high) + Hexadecimal.text(low)
    var parts: [Substring] = []
    var rest = digits[...]
    for length in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return parts.joined(separator: "-")
  }
}
