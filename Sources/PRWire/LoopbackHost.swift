// SPDX-License-Identifier: Apache-2.0

/// Hosts that mean this machine, without a look-up: `localhost`, `::1` and the addresses 127.0.0.0/8.
package enum LoopbackHost {
  /// - Parameter host: without brackets and port.
  package static func contains(_ host: String) -> Bool {
    let name = host.lowercased()
    return name == "localhost" || name == "::1" || isAddress(name)
  }

  /// Four numbers: `127.evil.example` is a name that can be registered.
  private static func isAddress(_ host: String) -> Bool {
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4, parts.first == "127" else { return false }
    return parts.allSatisfy { part in
      part.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) && UInt8(part) != nil
    }
  }
}
