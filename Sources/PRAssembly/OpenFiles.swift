// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import PRServer

/// The operating system's limit on open files, which every connection counts against.
enum OpenFiles {
  /// What each event loop opens for itself; NIO ends the process where it cannot.
  static let ofEventLoop = 3
  /// An event loop, two connections to the database, a socket.
  static let ofPage = ofEventLoop + 8

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
    let maximum = Int(clamping: limit.rlim_cur) - reserve
    guard maximum < connections else { return connections }
    logger.warning(
      "fewer connections than asked for: raise the limit on open files (LimitNOFILE= in systemd)",
      metadata: [LogKey.connections: "\(maximum)"])
    return maximum
  }

  /// Looks whether so many more could be opened right now.
  static func checkRoom(for files: Int) throws(UserFacingError) {
    var opened: [CInt] = []
    defer { for file in opened { close(file) } }
    for _ in 0..<files {
      let file = socket(AF_UNIX, CInt(clamping: SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard file >= 0 else {
        throw UserFacingError(
          "\(String(cString: strerror(errno))): raise the limit (LimitNOFILE= in systemd), or lower --max-connections")
      }
      opened.append(file)
    }
  }
}
