// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// 64 random bits that something is found by. As a text they are 16 hexadecimal digits in lower case.
package protocol RandomID: Hashable, Sendable, CustomStringConvertible {
  var number: UInt64 { get }

  init(_ number: UInt64)
}

extension RandomID {
  /// - Returns: nil for anything but what ``description`` gives.
  package init?(text: String) {
    guard let number = Hexadecimal.number(text) else { return nil }
    self.init(number)
  }

  package var description: String { Hexadecimal.text(number) }
}
