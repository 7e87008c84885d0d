// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// `/tmp/PRServer_<ip>_<port>.pid`: which process serves an address.
///
/// A server holds a lock on its file for as long as it lives. So a file that a dead server left behind, or whose number
/// belongs to somebody else by now, is told from a true one, and who stops a server can wait for its end.
struct PidFile {
  let path: String
  private let ip: String
  private static let folder = "/tmp"

  init(_ address: HostAddress, port: UInt16) {
    ip = address.ip
    path = "\(Self.folder)/PRServer_\(address.ip)_\(port).pid"
  }

  var exists: Bool { access(path, F_OK) == 0 }

  /// The process in the file, if it is alive and the file is its own.
  var owner: pid_t? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), pid > 0
    else { return nil }
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { return nil }
    defer { close(file) }
    guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return isForeignServer(pid) ? pid : nil }
    return pid
  }

  /// BitBake's own server writes the same file and holds no lock on it: a Python that runs `bitbake-prserv`.
  private func isForeignServer(_ pid: pid_t) -> Bool {
    guard let line = try? String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8) else { return false }
    let names = line.split(separator: "\0").map { $0.split(separator: "/").last ?? "" }
    return names.first?.hasPrefix("python") == true && names.dropFirst().contains("bitbake-prserv")
  }

  /// Takes the file over for this process, until it ends.
  func claim() throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { throw Problem("cannot write the pid file \(path): \(String(cString: strerror(errno)))") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      throw Problem("pidfile \(path) already exist. Daemon already running?")
    }
    ftruncate(file, 0)
    let line = Array("\(getpid())\n".utf8)
    guard write(file, line, line.count) == line.count else {
      throw Problem("cannot write the pid file \(path): \(String(cString: strerror(errno)))")
    }
    // Left open on purpose: the lock is what tells that this process lives.
  }

  func remove() { unlink(path) }

  /// Waits until the owner is gone.
  ///
  /// - Parameter end: asks it to go.
  /// - Returns: false when it is still there after `seconds`.
  func waitForEnd(of pid: pid_t, seconds: Int, after end: () throws -> Void) rethrows -> Bool {
    // Before: its last act but one is to remove the file.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    try end()
    guard file >= 0 else { return true }
    let isGone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      flock(file, LOCK_SH)
      // BitBake's server holds no lock, and the end of a process that is no child gives no signal.
      while kill(pid, 0) == 0 { usleep(20_000) }
      isGone.signal()
    }
    return isGone.wait(timeout: .now() + .seconds(seconds)) == .success
  }

  /// The ports on which other servers of this address have a pid file.
  var otherPorts: [String] {
    let prefix = "PRServer_\(ip)_"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".pid") }
      .map { String($0.dropFirst(prefix.count).dropLast(".pid".count)) }.sorted()
  }
}
