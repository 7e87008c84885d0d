// SPDX-License-Identifier: Apache-2.0
import PRStatus

extension Encodable {
  /// As JSON on one line, the keys in their order.
  var jsonLine: String {
    get throws { try StatusJSON.line(self) }
  }
}
