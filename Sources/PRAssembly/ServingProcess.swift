// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import NIOPosix
import PRRevision
import PRStatus
import PRWire
import ServiceLifecycle

/// A process that serves: what both programs do once their options are read.
package struct ServingProcess: Sendable {
  private let configuration: NodeConfiguration

  /// Called with the addresses that are new and with that of the status page if it is: first with all of them, once
  /// they answer.
  package typealias Announcement = @Sendable ([Endpoint], StatusAddress?) throws -> Void

  /// Makes the options anew, as they were made at the start. Its errors are explanations on one line.
  package typealias Renewal = @Sendable () throws -> NodeConfiguration

  package init(_ configuration: NodeConfiguration) { self.configuration = configuration }

  /// Serves until a signal says stop.
  ///
  /// - Parameters:
  ///   - renew: called on SIGHUP; without it, or where it makes the same, only certificates are read again.
  package func run(renew: Renewal? = nil, announce: @escaping Announcement) async throws {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGHUP, SIG_IGN)  // until its handler is installed
    let succession = try await ReloadCoordinator(configuration, ProcessEnvironment(), renew: renew, announce: announce)
    try await ServiceGroup(
      services: [succession], gracefulShutdownSignals: [.sigterm, .sigint, .sigquit],
      logger: configuration.log.groupLogger
    ).run()
  }
}

/// What a process inherits, whatever its options are.
package struct ProcessEnvironment: Sendable {
  let environment = ProcessInfo.processInfo.environment
  let passed = ActivatedSockets()
  let notifier = ServiceNotifier()
  /// In milliseconds since 1970.
  let startedAt = ProcessEnvironment.clock()

  /// Milliseconds since 1970.
  package static let clock: @Sendable () -> Int64 = { Int64(clamping: Date().timeIntervalSince1970 * 1000) }
}
