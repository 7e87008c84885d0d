// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What an upstream tells a node of another one: a store of the same level whose lane overlaps with its own, so that
/// both may give one number to two contents.
package struct LaneRival: Hashable, Sendable {
  /// The identity of the other store.
  package let store: String
  package let lane: Lane

  package init(store: String, lane: Lane) {
    self.store = store
    self.lane = lane
  }

  /// Reads `STORE K/N`.
  package init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, Self.isStore(parts[0]), let lane = Lane(String(parts[1])) else { return nil }
    self.init(store: String(parts[0]), lane: lane)
  }

  /// Whether a text is a store's identity, a UUID in lower case. Other texts of a peer are never shown.
  package static func isStore(_ text: some StringProtocol) -> Bool {
    text.utf8.count == 36
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
          || byte == UInt8(ascii: "-")
      }
  }
}

extension LaneRival: CustomStringConvertible {
  package var description: String { "\(store) \(lane)" }
}
