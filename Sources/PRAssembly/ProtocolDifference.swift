// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What an upstream of another version does not answer, or answers besides. Both go on with what both have.
struct ProtocolDifference: Hashable {
  /// What the upstream lacks.
  let missing: [String]
  /// What this version lacks.
  let later: [String]
  /// The upstream's program and version.
  let server: String

  /// What each node of this version announces, whatever it serves.
  private static let expected: [Feature] = [.lookup, .via]
  private static let program = "headwater/"

  /// - Returns: nil where there is none, and for BitBake's own server, which announces nothing.
  init?(_ upstream: PeerDescription) {
    guard let server = upstream.server, server.hasPrefix(Self.program) else { return nil }
    let missing = Self.expected.filter { !upstream.features.contains($0) }.map(\.rawValue)
    guard !missing.isEmpty || !upstream.laterFeatures.isEmpty else { return nil }
    (self.missing, later, self.server) = (missing, upstream.laterFeatures, server)
  }

  var text: String {
    let parts = [
      missing.isEmpty ? nil : "it does not answer \(missing.joined(separator: ", "))",
      later.isEmpty ? nil : "this node never asks for its \(later.joined(separator: ", "))",
    ]
    return parts.compactMap(\.self).joined(separator: ", and ")
  }

  var advice: String {
    missing.isEmpty
      ? "bring this node up to its version" : "bring the upstream up to this node's version: upstreams come first"
  }
}
