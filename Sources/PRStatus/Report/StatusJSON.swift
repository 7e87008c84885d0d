// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Reports as JSON: the same keys in the same order every time.
package enum StatusJSON {
  package static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Reads what `/api/status` says.
  package static func report(_ bytes: some Sequence<UInt8>) throws -> StatusReport {
    try JSONDecoder().decode(StatusReport.self, from: Data(bytes))
  }
}
