// SPDX-License-Identifier: Apache-2.0
import Foundation

enum Base64 {
  /// What stands between the lines of a PEM text.
  static func der(_ pem: String) -> [UInt8]? {
    let lines = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }
    return Data(base64Encoded: lines.joined()).map { Array($0) }
  }
}
