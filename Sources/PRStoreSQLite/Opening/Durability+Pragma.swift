// SPDX-License-Identifier: Apache-2.0
import PRStore

extension Durability {
  var pragma: String {
    switch self {
    case .full: "FULL"
    case .normal: "NORMAL"
    case .off: "OFF"
    }
  }
}
