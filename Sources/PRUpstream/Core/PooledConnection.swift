// SPDX-License-Identifier: Apache-2.0
import PRWire

/// A connection to an upstream, as its pool sees it, from the first packet to the moment it is closed or given up.
struct PooledConnection: Identifiable, Sendable {
  typealias ID = Int
  typealias Instant = ContinuousClock.Instant

  /// Each may become one that is closed: then the connection leaves the pool.
  enum State: Hashable, Sendable {
    /// It is being opened. → `serving`, `isolated`, `examining`, `probing`, as its purpose says.
    case dialing(Purpose)
    /// New requests are written to it. → `overtaken`
    case serving
    /// Its first request is slow. It keeps that request and gets no other one. → `serving`, when it has answered
    case overtaken
    /// It carries one request that ended another connection.
    case isolated
    /// It carries the question that ends a doubt. → `serving`
    case examining
    /// It carries the question or the ping that ends an absence. → `serving`
    case probing
  }

  enum Purpose: Hashable, Sendable {
    case serving
    case isolating(UpstreamPool.RequestID)
    case examining
    case probing
  }

  /// A request that was written to the connection and has no reply yet.
  struct Written: Sendable {
    let request: UpstreamPool.RequestID
    let question: UpstreamQuestion
    /// Another connection has the request now. Its reply here says nothing, but keeps its place in the order of replies.
    var isMoved = false
  }

  let id: ID
  var state: State
  /// What the server says of itself; nil until the connection is open.
  var description: PeerDescription?
  /// When it was opened; until then, when its opening began.
  var openedAt: Instant
  /// The next to be answered first. Requests that are settled stay until their reply comes.
  var written: [Written] = []

  var isDialing: Bool { if case .dialing = state { true } else { false } }
}
