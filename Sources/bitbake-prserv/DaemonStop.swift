// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// `--stop`: ends a server, and returns once it is gone.
struct DaemonStop {
  let host: String
  let pidFile: PidFile

  /// A server gives what is in flight 10 s; it has this long in all.
  private static let patience = 30

  func run() throws {
    guard let pid = pidFile.owner else {
      if pidFile.exists { pidFile.remove() }
      var text = "pidfile \(pidFile.path) does not exist. Daemon not running?"
      let others = pidFile.otherPorts
      if !others.isEmpty { text += " Wrong port? Other ports listening at \(host): \(others.joined(separator: " "))" }
      throw Problem(text)
    }
    print("Sending SIGTERM to pr-server.")
    let isGone = try pidFile.waitForEnd(of: pid, seconds: Self.patience) {
      guard kill(pid, SIGTERM) == 0 else {
        throw Problem("cannot stop process \(pid): \(String(cString: strerror(errno)))")
      }
    }
    guard isGone else {
      throw Problem("process \(pid) is still there after \(Self.patience) s; see its log")
    }
    if pidFile.exists, pidFile.owner == nil { pidFile.remove() }
  }
}
