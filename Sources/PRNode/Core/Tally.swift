// SPDX-License-Identifier: Apache-2.0

/// What was asked and how it was answered, since a server began: plain numbers, to be counted on one thread and added
/// up where somebody looks.
public struct Tally: Hashable, Sendable {
  /// `get-pr` that the database answered as it stands, in the read that brought them.
  public var answeredAtOnce = 0
  /// Requests that had an answer otherwise, by ``Verb``.
  private var answered = [Int](repeating: 0, count: Verb.allCases.count)
  /// Requests that were refused, by ``Verb`` and ``RefusalKind``.
  private var refused = [Int](repeating: 0, count: Verb.allCases.count * RefusalKind.allCases.count)
  /// How long those took that were not answered at once, by ``Verb``.
  private var latencies = [Latencies](repeating: Latencies(), count: Verb.allCases.count)
  /// Connections that were ever accepted, and those that are open.
  public var accepted = 0
  public var open = 0
  /// Connections that were refused, since their address had too many.
  public var turnedAway = 0
  /// Bytes of requests and answers that are held.
  public var bytesInFlight = 0

  public init() {}

  public mutating func answer(_ verb: Verb, nanoseconds: Int64? = nil) {
    answered[verb.rawValue] &+= 1
    if let nanoseconds { latencies[verb.rawValue].add(nanoseconds) }
  }

  public mutating func refuse(_ verb: Verb, _ kind: RefusalKind, nanoseconds: Int64? = nil) {
    refused[verb.rawValue * RefusalKind.allCases.count + kind.rawValue] &+= 1
    if let nanoseconds { latencies[verb.rawValue].add(nanoseconds) }
  }

  public func answered(_ verb: Verb) -> Int { answered[verb.rawValue] }

  public func refused(_ verb: Verb, _ kind: RefusalKind) -> Int {
    refused[verb.rawValue * RefusalKind.allCases.count + kind.rawValue]
  }

  public func latencies(_ verb: Verb) -> Latencies { latencies[verb.rawValue] }

  /// All requests, whatever became of them.
  public var requests: Int { answeredAtOnce + answered.reduce(0, +) + refused.reduce(0, +) }

  public var refusals: Int { refused.reduce(0, +) }

  public static func + (one: Tally, other: Tally) -> Tally {
    var sum = one
    sum.answeredAtOnce += other.answeredAtOnce
    for index in sum.answered.indices { sum.answered[index] += other.answered[index] }
    for index in sum.refused.indices { sum.refused[index] += other.refused[index] }
    for index in sum.latencies.indices { sum.latencies[index] = sum.latencies[index] + other.latencies[index] }
    sum.accepted += other.accepted
    sum.open += other.open
    sum.turnedAway += other.turnedAway
    sum.bytesInFlight += other.bytesInFlight
    return sum
  }
}

/// What can be asked, as a person reads it. The last is what nobody understands.
public enum Verb: Int, Hashable, Sendable, CaseIterable {
  case ping, isReadonly, getPR, testPR, testPackage, maxPackagePR, importOne, export, lookup, changes, unknown

  /// As the protocol spells it.
  public var name: String {
    switch self {
    case .ping: "ping"
    case .isReadonly: "is-readonly"
    case .getPR: "get-pr"
    case .testPR: "test-pr"
    case .testPackage: "test-package"
    case .maxPackagePR: "max-package-pr"
    case .importOne: "import-one"
    case .export: "export"
    case .lookup: "lookup"
    case .changes: "changes"
    case .unknown: "unknown"
    }
  }
}

/// Why requests are refused, as few words as there are things to do about it.
public enum RefusalKind: Int, Hashable, Sendable, CaseIterable {
  case malformed, rights, unrecorded, overflow, upstreamAway, upstreamIncomplete, taken, locked, diskFull, readOnly,
    stopping, database

  public var name: String {
    switch self {
    case .malformed: "malformed"
    case .rights: "rights"
    case .unrecorded: "unrecorded"
    case .overflow: "overflow"
    case .upstreamAway: "upstream-away"
    case .upstreamIncomplete: "upstream-incomplete"
    case .taken: "taken"
    case .locked: "locked"
    case .diskFull: "disk-full"
    case .readOnly: "read-only"
    case .stopping: "stopping"
    case .database: "database"
    }
  }
}
