// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

/// The processes of a server: the postmaster and its children. Each has a session of its own, so that no process group
/// holds them all.
struct PostgresProcesses {
  let postmaster: pid_t

  /// Stops them, and waits until they stand. The postmaster is the first: from then on it makes no children.
  func freeze() {
    Glibc.kill(postmaster, SIGSTOP)
    Self.waitUntilStopped(postmaster)
    for child in children { Glibc.kill(child, SIGSTOP) }
    for child in children { Self.waitUntilStopped(child) }
  }

  func kill() {
    Glibc.kill(postmaster, SIGSTOP)
    Self.waitUntilStopped(postmaster)
    for process in children + [postmaster] { Glibc.kill(process, SIGKILL) }
  }

  func thaw() {
    for child in children { Glibc.kill(child, SIGCONT) }
    Glibc.kill(postmaster, SIGCONT)
  }

  private var children: [pid_t] {
    let list = try? String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
    return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
  }

  /// The kernel tells of a stop only to the parent, which is the postmaster.
  private static func waitUntilStopped(_ pid: pid_t) {
    // Ten seconds at most: a process that waits for the disk stops after that.
    for _ in 0..<10_000 {
      guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let state = stat.split(separator: ")").last?.split(separator: " ").first, !"TZX".contains(state)
      else { return }
      // Between two looks: the signal is on its way.
      usleep(1_000)
    }
  }
}
