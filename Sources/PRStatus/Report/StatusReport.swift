// SPDX-License-Identifier: Apache-2.0

/// The state of a node at one moment: what `/api/status` says, key for key.
///
/// Times of day are milliseconds since 1970; what is counted is counted since ``NodePart/countedSince``.
public struct StatusReport: Codable, Hashable, Sendable {
  public var node = NodePart()
  /// From the root down to this node.
  public var path: [Place] = []
  public var readiness = Readiness()
  public var upstreams: [UpstreamPart] = []
  /// Nil on a node that copies nothing.
  public var copy: CopyPart?
  public var traffic = TrafficPart()
  public var store = StorePart()
  /// The newest first.
  public var rows: [RowPart] = []
  /// What a node that stores nothing was asked in vain, the newest first.
  public var misses: [MissPart] = []
  /// Alarms for the operator, the oldest first.
  public var alarms: [AlarmPart] = []
  /// The node's own certificates, each once; nil from a node of a version that does not report them.
  public var certificates: [CertificatePart]?
  /// One sample after the other, the oldest first.
  public var history: [Sample] = []

  public init() {}

  /// The node itself.
  public struct NodePart: Codable, Hashable, Sendable {
    /// What people call it; nil for a node that was given no name.
    public var name: String?
    public var version = ""
    public var role = Role.root
    /// How many nodes stand above it.
    public var level = 0
    /// Such as `2/4`; nil where there is only one, and none was needed.
    public var lane: String?
    /// It stands below an upstream and was given no lane.
    public var lacksLane = false
    public var numbering = ""
    public var listeners: [String] = []
    /// Which database it serves; nil for one that no node ever wrote.
    public var store: String?
    public var policy = ""
    /// When the process began.
    public var startedAt: Int64 = 0
    /// When it took up its options: at its start, or at a reload.
    public var countedSince: Int64 = 0
    public var uptimeSeconds: Int64 = 0
    public var residentBytes = 0
    public var cpuSeconds: Double = 0
    /// When this was written.
    public var at: Int64 = 0

    public init() {}
  }

  /// What a node is to the others.
  public enum Role: String, Codable, Hashable, Sendable {
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
  public struct Place: Codable, Hashable, Sendable {
    public var level: Int
    public var name: String
    /// Its address; nil for those that this node never speaks to.
    public var server: String?
    public var isHere: Bool
    /// It answers, as far as this node can tell.
    public var isWell: Bool?
  }

  /// Whether this node does what it is there for.
  public struct Readiness: Codable, Hashable, Sendable {
    public var isReady = true
    /// What keeps it from being ready.
    public var reasons: [String] = []

    public init() {}
  }

  public struct UpstreamPart: Codable, Hashable, Sendable {
    public enum State: String, Codable, Hashable, Sendable { case connecting, connected, away }

    public var server: String
    public var state: State
    /// Why nothing is asked.
    public var problem: String?
    /// For how long it has been as it is.
    public var sinceSeconds: Int64?
    public var asked: Int
    public var failed: Int
    /// What it said of itself.
    public var program: String?
    public var level: Int?
    public var store: String?
  }

  public struct CopyPart: Codable, Hashable, Sendable {
    public var upstream: String?
    /// The serial of the last row that was copied; nil for an upstream without a feed, or when nothing was copied yet.
    public var position: Int64?
    /// Over all rows up to there: that of the upstream's feed.
    public var digest: String?
    public var store: String?
    public var problem: String?
    /// How long ago the copy was known to hold all that the upstream has; nil when it never was.
    public var lagSeconds: Double?
    /// Rows that were new.
    public var news = 0

    public init() {}
  }

  public struct StorePart: Codable, Hashable, Sendable {
    public var path = ""
    public var databaseBytes = 0
    public var logBytes = 0
    /// The database with its log.
    var bytesOnDisk: Int {
      let (sum, overflow) = databaseBytes.addingReportingOverflow(logBytes)
      return overflow ? .max : sum
    }
    public var freeBytes = 0
    /// The serial of the newest row.
    public var lastSerial: Int64 = 0
    public var commits = 0
    /// Decisions in those commits.
    public var decisions = 0
    /// What the commits took, most of it the disk's time.
    public var commitSeconds: Double = 0

    public init() {}
  }

  /// A certificate that the node shows to its peers.
  public struct CertificatePart: Codable, Hashable, Sendable {
    /// The path of its file.
    public var path: String
    /// When it begins and when it ends, in seconds since 1970.
    public var notBefore: Int64
    public var notAfter: Int64
    /// Whom it is for: DNS names and IP addresses.
    public var names: [String]

    public init(path: String, notBefore: Int64, notAfter: Int64, names: [String]) {
      self.path = path
      self.notBefore = notBefore
      self.notAfter = notAfter
      self.names = names
    }
  }

  public struct RowPart: Codable, Hashable, Sendable {
    public var serial: Int64
    public var version: String
    public var pkgarch: String
    public var checksum: String
    public var value: String
    /// How it came to be: a rule's name, or `imported`, `copied`, `vanished`, `foreign`, `taken-over`.
    public var origin: String
    public var asker: String?
    public var at: Int64?
  }

  public struct MissPart: Codable, Hashable, Sendable {
    public var version: String
    public var pkgarch: String
    public var checksum: String
    public var asker: String?
    public var at: Int64
    public var times: Int
  }
}

/// What `/api/find` says.
public struct FindReport: Codable, Hashable, Sendable {
  public var query: String
  /// The newest first.
  public var rows: [StatusReport.RowPart]
  /// There may be more, or the search was given up for its length.
  public var isPartial: Bool
  /// Why nothing could be found.
  public var problem: String?
}
