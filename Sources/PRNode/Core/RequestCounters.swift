// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What was asked and how it was answered, since a server began: plain numbers, counted on one thread and added up for the
/// status page.
package struct RequestCounters: Hashable, Sendable {
  /// `get-pr` that the database answered as it stands, in the read that brought them.
  package var answeredAtOnce = 0
  /// Requests that had an answer otherwise, by ``RequestKind``.
  private var answered = [Int](repeating: 0, count: (RequestKind?).counted.count)
  /// Requests that were refused, by ``RequestKind`` and ``RefusalKind``.
  private var refused = [Int](repeating: 0, count: (RequestKind?).counted.count * RefusalKind.allCases.count)
  /// How long those took that were not answered at once, by ``RequestKind``.
  private var latencies = [Latencies](repeating: Latencies(), count: (RequestKind?).counted.count)
  /// Connections that were ever accepted, and those that are open.
  package var accepted = 0
  package var open = 0
  /// Connections that were refused, since their address had too many.
  package var turnedAway = 0
  /// Bytes of requests and answers that are held.
  package var bytesInFlight = 0

  package init() {}

  package mutating func answer(_ request: RequestKind?, nanoseconds: Int64? = nil) {
    answered[request.place] &+= 1
    if let nanoseconds { latencies[request.place].add(nanoseconds) }
  }

  package mutating func refuse(_ request: RequestKind?, _ reason: RefusalKind, nanoseconds: Int64? = nil) {
    refused[request.place * RefusalKind.allCases.count + reason.rawValue] &+= 1
    if let nanoseconds { latencies[request.place].add(nanoseconds) }
  }

  package func answered(_ request: RequestKind?) -> Int { answered[request.place] }

  package func refused(_ request: RequestKind?, _ reason: RefusalKind) -> Int {
    refused[request.place * RefusalKind.allCases.count + reason.rawValue]
  }

  package func latencies(_ request: RequestKind?) -> Latencies { latencies[request.place] }

  /// All requests, whatever became of them.
  package var requests: Int { answeredAtOnce + answered.reduce(0, +) + refused.reduce(0, +) }

  package var refusals: Int { refused.reduce(0, +) }

  package static func + (one: RequestCounters, other: RequestCounters) -> RequestCounters {
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

extension RequestKind? {
  /// All that is counted by itself, in the order in which it is shown. The last, nil, is a message that is none of the
  /// protocol's requests.
  package static let counted: [RequestKind?] = {
    let ofTheServer: [RequestKind] = [.ping, .isReadonly]
    return ofTheServer + RequestKind.allCases.filter { !ofTheServer.contains($0) } + [nil]
  }()

  /// As metrics and the status page name it.
  package var label: String { self?.rawValue ?? "unknown" }

  /// Where its counts stand.
  fileprivate var place: Int { self?.index ?? RequestKind.allCases.count }
}

/// Why requests are refused, as few words as there are things to do about it.
package enum RefusalKind: Int, Hashable, Sendable, CaseIterable {
  case malformed, rights, unrecorded, overflow, levelUnknown, stopped, loop, upstreamAway, upstreamIncomplete, taken,
    locked,
    diskFull, readOnly, stopping, federation, database

  package var name: String {
    switch self {
    case .malformed: "malformed"
    case .rights: "rights"
    case .unrecorded: "unrecorded"
    case .overflow: "overflow"
    case .levelUnknown: "level-unknown"
    case .stopped: "stopped"
    case .federation: "federation"
    case .loop: "loop"
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
