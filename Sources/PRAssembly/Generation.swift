// SPDX-License-Identifier: Apache-2.0
import Logging
import PRNode
import PRServer
import PRStatus
import PRStore
import PRTLS
import PRUpstream
import PRWire
import ServiceLifecycle

/// A server with all that belongs to it, made from one configuration. When a process reads its options again there are
/// two for a moment: the one that comes, and the one that answers what it has begun.
final class Generation: Sendable {
  /// As it was asked for.
  let configuration: NodeConfiguration
  let sockets: GenerationSockets
  let pageAddress: StatusAddress?
  let logger: Logger
  private let parts: Parts

  /// What an ``Assembly`` has put together.
  struct Parts {
    var certificates: CertificateWatch
    var store: Store
    var upstream: Upstream?
    var watch: UpstreamEventObserver
    var page: StatusServer?
    var turn: GenerationHandover
    var alarms: AlarmBoard
    var group: ServiceGroup
  }

  init(_ configuration: NodeConfiguration, _ sockets: GenerationSockets, _ parts: Parts) {
    self.configuration = configuration
    self.sockets = sockets
    pageAddress = sockets.pageAddress(configuration.status)
    logger = configuration.log.logger
    self.parts = parts
  }

  /// Alarms for the operator.
  var alarms: AlarmBoard { parts.alarms }

  /// Where it listens, with the ports that it got.
  var addresses: [Endpoint] { sockets.addresses }

  /// Its turn has come.
  func begin() { parts.turn.begin() }

  /// Gets ready, waits for its turn, and serves until it is stopped.
  func run() async throws {
    let outcome: Result<Void, any Error>
    do {
      try await parts.group.run()
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    await close(isLast: !parts.turn.hasEnded)
    try outcome.get()
  }

  /// Ends what has never run.
  func discard() async {
    for binding in sockets.bindings { binding.socket.release() }
    await close(isLast: false)
  }

  private func close(isLast: Bool) async {
    await parts.page?.close()  // and with it the page's socket is let go
    try? await parts.upstream?.stop()  // fails where its loop has ended, and it with it
    parts.watch.forget()
    if await !Assembly.close(parts.store, isLast: isLast), isLast, !parts.store.isReadOnly {
      logger.info(
        "another process has the database open: its log keeps rows, and a copy of the file alone lacks them",
        metadata: [LogKey.database: "\(parts.store.path)"])
    }
  }

  /// Makes room for another: page and copying end at once, since two would contradict each other; the server answers what is
  /// in flight, and `run` then returns.
  func makeRoom() async {
    parts.turn.end()
    await parts.group.triggerGracefulShutdown()
  }

  /// Reads the certificates again. Connections go on; those that come see the new ones.
  ///
  /// - Returns: false where there is none to read.
  func rereadCertificates() throws(TLSError) -> Bool {
    for context in parts.certificates.contexts { try context.reload() }
    parts.certificates.check()
    return !parts.certificates.contexts.isEmpty
  }
}
