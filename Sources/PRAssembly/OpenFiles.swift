// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PRServer

/// The operating system's limit on open files, which every connection counts against.
enum OpenFiles {
  /// Databases, listeners, logs.
  private static let reserve = 64

  /// Raises the soft limit as far as the hard one goes.
  ///
  /// - Returns: how many connections may be open.
  static func raiseLimit(for connections: Int, logger: Logger) -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard getrlimit(resource, &limit) == 0 else { return connections }
    limit.rlim_cur = limit.rlim_max
    setrlimit(resource, &limit)
    let most = Int(clamping: limit.rlim_cur) - reserve
    guard most < connections else { return connections }
    logger.warning(
      "fewer connections than asked for: raise the limit on open files (LimitNOFILE= in systemd)",
      metadata: [LogKey.connections: "\(most)"])
    return most
  }
}
