// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// `--stop`: ends a server, and returns once it is gone.
struct DaemonStop {
  let host: String
  let pidFile: PidFile

  /// A server gives what is in flight 10 s; it has this long in all, in milliseconds.
  private static let timeout: CInt = 30_000

  func run() throws {
    switch try pidFile.holder() {
    case .server(let process): try end(process)
    case .refused(let reason): throw pidFile.refusal(reason)
    case .stale:
      pidFile.removeStale()
      throw notRunning
    case .absent: throw notRunning
    }
  }

  private var notRunning: UserFacingError {
    var text = "pidfile \(pidFile.path) does not exist. Daemon not running?"
    let others = pidFile.otherPorts
    if !others.isEmpty { text += " Wrong port? Other ports listening at \(host): \(others.joined(separator: " "))" }
    return UserFacingError(text)
  }

  private func end(_ process: ProcessHandle) throws {
    print("Sending SIGTERM to pr-server.")
    guard process.send(SIGTERM) || errno == ESRCH else {
      throw UserFacingError("cannot stop process \(process.number): \(String(cString: strerror(errno)))")
    }
    guard process.waitForEnd(milliseconds: Self.timeout) else {
      throw UserFacingError("process \(process.number) is still there after \(Self.timeout / 1_000) s; see its log")
    }
    if case .stale = try pidFile.holder() { pidFile.removeStale() }
  }
}
