// SPDX-License-Identifier: Apache-2.0
import Foundation

/// JSON of one line, its keys in order.
package enum JSONLine {
  package static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(value) else {
      preconditionFailure("texts and whole numbers can be written as JSON")
    }
    return String(decoding: data, as: UTF8.self)
  }
}
