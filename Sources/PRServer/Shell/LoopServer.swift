// SPDX-License-Identifier: Apache-2.0
import Logging
import NIOCore
import PRNode
import PRTLS
import PRWire

/// The sessions of a node on one event loop, for connections that come from elsewhere than a listening socket.
///
/// Not `Sendable`: it lives on its event loop's thread.
package final class LoopServer {
  private let desk: EventLoopContext
  private let sessions: SessionRegistry

  /// - Parameter federation: answers requests that are about the federation; nil for a node that stands in none.
  package init(
    node: Node, options: ServerOptions, federation: (any FederationAnswering)? = nil, loop: any EventLoop,
    logger: Logger
  ) throws {
    sessions = SessionRegistry(options, listeners: 1)
    desk = try EventLoopContext(
      node: node, options: options, flight: FlightLedger(ceiling: options.bytesInFlight),
      lanes: LaneWatch(node.alarms, logger) { loop.now }, federation: federation, loop: loop, logger: logger)
    federation?.whenRevoked { [sessions] in sessions.revoke($0) }
    federation?.whenLeft { [lanes = desk.lanes] in lanes.release($0) }
  }

  /// Makes a channel that was accepted a session.
  ///
  /// - Parameter listener: the address that the peer has connected to.
  package func accept(_ channel: any Channel, on listener: Endpoint, tls: TLSContext? = nil) throws {
    try desk.addSession(to: channel, isTaken: sessions.add(channel, on: 0), listener: listener, tls: tls)
  }

  package var counters: RequestCounters { desk.counters }

  /// How many connections are open.
  package var connections: Int { sessions.count }

  /// Has every session finish what it was asked, and end.
  ///
  /// - Parameter emptied: succeeds when the last one is gone.
  package func drain(emptied: EventLoopPromise<Void>) { sessions.drain(emptied: emptied) }
}

extension EventLoopContext {
  /// Adds the handlers of a connection.
  ///
  /// - Parameter isTaken: false for one that its address has too many of.
  func addSession(to channel: any Channel, isTaken: Bool, listener: Endpoint, tls: TLSContext?) throws {
    let handlers = channel.pipeline.syncOperations
    guard isTaken else { return try handlers.addHandler(RefusedConnection(desk: self)) }
    if let tls { try handlers.addHandler(TLSHandler.server(tls)) }
    try handlers.addHandler(SessionHandler(desk: self, listener: listener))
  }
}
