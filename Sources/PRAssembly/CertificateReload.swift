// SPDX-License-Identifier: Apache-2.0
import Logging
import PRServer
import PRTLS
import ServiceLifecycle
import UnixSignals

/// Reads the certificates again on SIGHUP. Connections go on; those that come see the new ones.
struct CertificateReload: Service {
  let contexts: [TLSContext]
  let logger: Logger

  func run() async throws {
    for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
      guard !contexts.isEmpty else {
        logger.info("SIGHUP: there is nothing to read again")
        continue
      }
      do {
        for context in contexts { try context.reload() }
        logger.notice("SIGHUP: the certificates were read again")
      } catch {
        logger.error("SIGHUP: the old certificates stay in use", metadata: [LogKey.reason: "\(error)"])
      }
    }
  }
}
