// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// The state of a node at one moment: what `/api/status` says, key for key.
///
/// Times of day are milliseconds since 1970; what is counted is counted since ``NodePart/countedSince``.
package struct StatusReport: Codable, Hashable, Sendable {
  package var node = NodePart()
  /// From the root down to this node.
  package var path: [Place] = []
  package var readiness = Readiness()
  package var upstreams: [UpstreamPart] = []
  /// Nil on a node that copies nothing.
  package var copy: CopyPart?
  package var traffic = TrafficPart()
  package var store = StorePart()
  /// The newest first.
  package var rows: [RowPart] = []
  /// What a node that stores nothing was asked in vain, the newest first.
  package var misses: [MissPart] = []
  /// Alarms for the operator, the oldest first.
  package var alarms: [AlarmPart] = []
  /// The node's own certificates, each once; nil from a node of a version that does not report them.
  package var certificates: [CertificatePart]?
  /// One sample after the other, the oldest first.
  package var history: [Sample] = []
  /// What `/api/federation` says; nil for a node that stands in none.
  package var federation: FederationReport?

  package init() {}

  /// All but the federation, which may be large.
  private enum CodingKeys: CodingKey {
    case node, path, readiness, upstreams, copy, traffic, store, rows, misses, alarms, certificates, history
  }

  /// The node itself.
  package struct NodePart: Codable, Hashable, Sendable {
    /// What people call it; nil for a node that was given no name.
    package var name: String?
    package var version = ""
    package var role = Role.root
    /// How many nodes stand above it.
    package var level = 0
    /// Such as `2/4`; nil where there is only one, and none was needed.
    package var lane: String?
    /// It stands below an upstream and was given no lane.
    package var lacksLane = false
    package var numbering = ""
    package var listeners: [String] = []
    /// Which database it serves; nil for one that no node ever wrote.
    package var store: String?
    package var policy = ""
    /// When the process began.
    package var startedAt: Int64 = 0
    /// When it took up its options: at its start, or at a reload.
    package var countedSince: Int64 = 0
    package var uptimeSeconds: Int64 = 0
    package var residentBytes = 0
    package var cpuSeconds: Double = 0
    /// When this was written.
    package var at: Int64 = 0

    package init() {}
  }

  /// What a node is to the others.
  package enum Role: String, Codable, Hashable, Sendable {
    /// It stands at the top, or alone.
    case root
    case node
    /// It stores nothing, and answers from a copy of its upstream.
    case mirror
    /// It stores nothing.
    case reader = "read-only"
    /// It serves one file for ever.
    case frozen
  }

  /// One level on the way down from the root.
  package struct Place: Codable, Hashable, Sendable {
    package var level: Int
    package var name: String
    /// Its address; nil for those that this node never speaks to.
    package var server: String?
    package var isHere: Bool
    /// It answers, as far as this node can tell.
    package var isWell: Bool?
  }

  /// Whether this node does what it is there for.
  package struct Readiness: Codable, Hashable, Sendable {
    package var isReady = true
    /// What keeps it from being ready.
    package var reasons: [String] = []

    package init() {}
  }

  package struct UpstreamPart: Codable, Hashable, Sendable {
    package enum State: String, Codable, Hashable, Sendable { case connecting, connected, away }

    package var server: String
    package var state: State
    /// Why nothing is asked.
    package var problem: String?
    /// For how long it has been as it is.
    package var sinceSeconds: Int64?
    package var asked: Int
    package var failed: Int
    /// What it said of itself.
    package var program: String?
    package var level: Int?
    package var store: String?
  }

  package struct CopyPart: Codable, Hashable, Sendable {
    package var upstream: String?
    /// The serial of the last row that was copied; nil for an upstream without a feed, or when nothing was copied yet.
    package var position: Int64?
    /// Over all rows up to there: that of the upstream's feed.
    package var digest: String?
    package var store: String?
    package var problem: String?
    /// How long ago the copy was known to hold all that the upstream has; nil when it never was.
    package var lagSeconds: Double?
    /// Rows that were new.
    package var news = 0

    package init() {}
  }

  package struct StorePart: Codable, Hashable, Sendable {
    package var path = ""
    package var databaseBytes = 0
    package var logBytes = 0
    /// The database with its log.
    var bytesOnDisk: Int {
      let (sum, overflow) = databaseBytes.addingReportingOverflow(logBytes)
      return overflow ? .max : sum
    }
    package var freeBytes = 0
    /// The serial of the newest row.
    package var lastSerial: Int64 = 0
    /// The floor that was raised last; nil where there is none, and from a node of a version without floors.
    package var lastFloor: FloorPart?
    package var commits = 0
    /// Decisions in those commits.
    package var decisions = 0
    /// What the commits took, most of it the disk's time.
    package var commitSeconds: Double = 0
    /// Nil for a database in a file.
    package var server: ServerPart?

    package init() {}
  }

  /// A certificate that the node shows to its peers.
  package struct CertificatePart: Codable, Hashable, Sendable {
    /// The path of its file.
    package var path: String
    /// When it begins and when it ends, in seconds since 1970.
    package var notBefore: Int64
    package var notAfter: Int64
    /// Whom it is for: DNS names and IP addresses.
    package var names: [String]

    package init(path: String, notBefore: Int64, notAfter: Int64, names: [String]) {
      self.path = path
      self.notBefore = notBefore
      self.notAfter = notAfter
      self.names = names
    }
  }

  package struct RowPart: Codable, Hashable, Sendable {
    package var serial: Int64
    package var version: String
    package var pkgarch: String
    package var checksum: String
    package var value: String
    /// How it came to be: a rule's name, or `imported`, `copied`, `vanished`, `foreign`, `taken-over`.
    package var origin: String
    package var asker: String?
    package var at: Int64?
    /// Where the value was chosen, where that is another node, and is known.
    package var chosen: ChosenPart?
  }

  /// The node that has chosen a value, and how.
  package struct ChosenPart: Codable, Hashable, Sendable {
    /// The identity of its store.
    package var store: String
    /// Its name in the federation.
    package var member: String?
    package var level: Int?
    package var lane: String?
    /// As `origin` of a row of that node.
    package var rule: String
    package var at: Int64?
    /// The builder for which it was chosen, where that node shares it.
    package var asker: String?
  }

  package struct FloorPart: Codable, Hashable, Sendable {
    /// How often floors were raised.
    package var serial: Int64
    package var version: String
    package var pkgarch: String
    package var value: String
    /// `package-index`, `buildhistory`, `package`, `operator`, `imported` or `upstream`.
    package var origin: String
    package var source: String?
    package var setter: String?
    package var at: Int64
  }

  package struct MissPart: Codable, Hashable, Sendable {
    package var version: String
    package var pkgarch: String
    package var checksum: String
    package var asker: String?
    package var at: Int64
    package var times: Int
  }
}

/// What `/api/find` says.
package struct FindReport: Codable, Hashable, Sendable {
  package var query: String
  /// The newest first.
  package var rows: [StatusReport.RowPart]
  /// There may be more, or the search was given up for its length.
  package var isPartial: Bool
  /// Why nothing could be found.
  package var problem: String?
}
