// SPDX-License-Identifier: Apache-2.0
import Dispatch
import PRCertificates
import PRClient
import PRTLS
import PRWire

/// What a node's part in a federation stands on: threads, clocks, chance, and the way to other nodes. The simulation passes in its
/// own.
package struct MembershipEnvironment: Sendable {
  /// Where its tasks run; nil: where Swift runs them.
  package var executor: (any TaskExecutor)?
  /// Does work, one piece after the other, on a thread that may wait.
  package var apart: @Sendable (@escaping @Sendable () -> Void) -> Void
  /// A clock that is never set.
  package var instant: @Sendable () -> ContinuousClock.Instant
  /// Waits for so long, or until the task is cancelled.
  package var pause: @Sendable (Duration) async -> Void
  /// From 0 up to 1. It spreads the reports of many members.
  package var jitter: @Sendable () -> Double
  package var reach: any MemberReach

  package init(
    executor: (any TaskExecutor)?, apart: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
    instant: @escaping @Sendable () -> ContinuousClock.Instant, pause: @escaping @Sendable (Duration) async -> Void,
    jitter: @escaping @Sendable () -> Double, reach: any MemberReach
  ) {
    self.executor = executor
    self.apart = apart
    self.instant = instant
    self.pause = pause
    self.jitter = jitter
    self.reach = reach
  }

  /// The machine's own.
  package static var system: MembershipEnvironment {
    let queue = DispatchQueue(label: "headwater.federation")
    return MembershipEnvironment(
      executor: nil, apart: { queue.async(execute: $0) }, instant: { .now },
      pause: { try? await Task.sleep(for: $0) }, jitter: { .random(in: 0..<1) }, reach: TLSReach())
  }
}

/// The way to another node of a federation, which shows who it is.
package protocol MemberReach: Sendable {
  typealias Connect = @Sendable (Dialer) async throws(ClientError) -> ServerConnection

  /// Connections that show the certificate of a folder, and believe its authorities.
  func connections(with keys: KeyFolder) throws(TLSError) -> Connect

  /// Connections of a store that joins.
  ///
  /// - Parameters:
  ///   - authorities: which it accepts: one, or two while the authority changes its key.
  ///   - files: the certificate that it shows; nil before it has one.
  func connections(
    trusting authorities: [AuthorityCertificate], showing files: TLSFiles?
  ) throws(TLSError) -> Connect

  /// The certificates that a server shows, as DER. Nothing of it is believed.
  func chain(shownAt server: Endpoint, within time: Duration) async throws(ClientError) -> [[UInt8]]
}

/// By TLS.
struct TLSReach: MemberReach {
  func connections(with keys: KeyFolder) throws(TLSError) -> Connect { Self.connections(try .client(keys.files)) }

  func connections(
    trusting authorities: [AuthorityCertificate], showing files: TLSFiles?
  ) throws(TLSError) -> Connect {
    Self.connections(try .client(files ?? TLSFiles(), trusting: authorities))
  }

  private static func connections(_ tls: TLSContext) -> Connect {
    { (dialer: Dialer) async throws(ClientError) -> ServerConnection in
      var dialer = dialer
      dialer.tls = tls
      return try await ServerConnection.open(dialer)
    }
  }

  func chain(shownAt server: Endpoint, within time: Duration) async throws(ClientError) -> [[UInt8]] {
    try await Dialer.chain(shownAt: server, within: time)
  }
}
