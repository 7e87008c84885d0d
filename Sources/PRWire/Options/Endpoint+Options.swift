// SPDX-License-Identifier: Apache-2.0

extension Endpoint {
  /// - Parameter text: an address, or a port of this machine.
  package init(orPort text: String) throws(Malformed) {
    if let port = UInt16(text) {
      self = .tcp(host: "127.0.0.1", port: Int(clamping: port))
    } else {
      try self.init(text)
    }
  }

  /// - Parameter text: an address, as it is or as a browser shows it, or a port of this machine.
  package init(page text: String) throws(Malformed) {
    let plain = text.hasPrefix("http://") ? "tcp://" + text.dropFirst("http://".count) : text
    try self.init(orPort: plain.hasSuffix("/") ? String(plain.dropLast()) : plain)
  }
}
