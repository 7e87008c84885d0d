// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// A request that not every server of the protocol supports. It is asked only where it is announced.
package enum Feature: String, CaseIterable, Sendable {
  /// ``Request/lookup(_:within:via:)``
  case lookup
  /// ``Request/changes(_:)``
  case changes
  /// `changes` may ask where rows come from.
  case origins
  /// A `lookup` may say which stores it has passed.
  case via
  /// The requests of a ``FederationRequest``: the server is a node of a federation.
  case federation
}

/// What a server says of itself in its headers, and a node to its upstream. BitBake's own says nothing.
package struct PeerDescription: Hashable, Sendable {
  /// Its program and version.
  package var server: String?
  package var features: Set<Feature>
  /// What it announces besides, by names of a later version.
  package var laterFeatures: [String] = []
  /// How many nodes stand above it; nil when it does not tell.
  package var level: Int?
  /// The name of its numbering.
  package var numbering: String?
  /// Which database it serves.
  package var store: String?
  /// In which lane it mints; nil when it does not tell, or mints nothing.
  package var lane: Lane?
  /// From a server: another node below it, whose lane overlaps with the reader's.
  package var rival: LaneRival?
  /// From a server: what its clock shows, in milliseconds since 1970.
  package var time: Int64?
  /// How long a message it takes. A server that does not tell takes what the standard limits say.
  package var limits: MessageLimits?

  package init(
    server: String? = nil, features: Set<Feature> = [], level: Int? = nil, numbering: String? = nil,
    store: String? = nil, lane: Lane? = nil, rival: LaneRival? = nil, limits: MessageLimits? = nil
  ) {
    self.lane = lane
    self.rival = rival
    self.limits = limits
    self.server = server
    self.features = features
    self.level = level
    self.numbering = numbering
    self.store = store
  }

  /// Reads a server's headers. What is not understood is passed over.
  package init(_ headers: Headers) {
    let names = (headers["features"] ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
    self.init(
      server: headers["server"], features: Set(names.compactMap(Feature.init(rawValue:))),
      level: headers["level"].flatMap { Int($0) }, numbering: headers["numbering"], store: headers["store"],
      lane: headers["lane"].flatMap { Lane($0) }, rival: headers["rival"].flatMap { LaneRival($0) },
      limits: headers["limits"].flatMap { MessageLimits($0) })
    time = headers["time"].flatMap { Int64($0) }
    let later = names.filter { Feature(rawValue: $0) == nil && Self.isName($0) }
    laterFeatures = Array(Set(later).sorted().prefix(Self.maximumLaterFeatures))
  }

  private static let maximumLaterFeatures = 8

  /// What a later version may call a feature. A text of a peer is shown to operators.
  private static func isName(_ text: String) -> Bool {
    1...32 ~= text.utf8.count
      && text.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || $0 == UInt8(ascii: "-") }
  }

  /// The server's level, as a node below takes it over. BitBake's own counts as level 0, and so does what says nothing of itself. The
  /// level of a server that announces ``Feature/via`` and gives none is not known.
  package var levelForNodesBelow: Int? { level ?? (features.contains(.via) ? nil : 0) }

  /// The headers that say it.
  package var headers: Headers {
    let lines: [(name: String, value: String?)] = [
      ("server", server),
      (
        "features",
        features.isEmpty ? nil : Feature.allCases.filter(features.contains).map(\.rawValue).joined(separator: ", ")
      ),
      ("level", level.map(String.init)), ("numbering", numbering), ("store", store),
      ("lane", lane?.description), ("rival", rival?.description), ("time", time.map(String.init)),
      ("limits", limits?.description),
    ]
    return Headers(lines.compactMap { line in line.value.map { (line.name, $0) } })
  }
}
