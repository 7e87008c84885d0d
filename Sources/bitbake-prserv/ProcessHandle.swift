// SPDX-License-Identifier: Apache-2.0
import CPidfd
import Foundation

/// A process that stays the same one when its number is used again.
///
/// Where the kernel has no `pidfd_open` (before Linux 5.3, or in a sandbox that forbids it) it is the number alone: then a
/// process that ends between the check and the signal can be taken for the one that gets its number next.
final class ProcessHandle {
  let number: pid_t
  private let descriptor: CInt?

  /// Nil where there is no such process.
  init?(_ number: pid_t) {
    guard number > 0 else { return nil }
    self.number = number
    let descriptor = headwater_pidfd_open(number)
    if descriptor < 0, errno == ESRCH { return nil }
    self.descriptor = descriptor < 0 ? nil : descriptor
    guard isThere else { return nil }
  }

  deinit { if let descriptor { close(descriptor) } }

  var isThere: Bool { send(0) || errno == EPERM }

  /// - Returns: false with `errno`.
  func send(_ signal: CInt) -> Bool {
    guard let descriptor else { return kill(number, signal) == 0 }
    return headwater_pidfd_send_signal(descriptor, signal) == 0
  }

  /// What `/proc` says of the process; nil where it ended before all of it was read.
  var facts: PidFileRule.Process? {
    var folder = stat()
    guard stat("/proc/\(number)", &folder) == 0 else { return nil }
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(number)/exe")
    let words = (try? String(contentsOfFile: "/proc/\(number)/cmdline", encoding: .utf8)) ?? ""
    // It was there before and is there now, so nothing of this belongs to another process with its number.
    guard isThere else { return nil }
    return PidFileRule.Process(
      owner: folder.st_uid, executable: link.map(Self.name),
      words: words.split(separator: "\0", omittingEmptySubsequences: false).map(String.init))
  }

  /// The kernel marks a program whose file was replaced, as an upgrade does.
  private static func name(ofProgram link: String) -> String {
    let deleted = " (deleted)"
    let path = link.hasSuffix(deleted) ? String(link.dropLast(deleted.count)) : link
    return path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Waits for the end of the process.
  ///
  /// - Returns: false where it is still there after that many milliseconds.
  func waitForEnd(milliseconds: CInt) -> Bool {
    guard let descriptor else { return waitForNumber(milliseconds: milliseconds) }
    var interest = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: POLLIN), revents: 0)
    while true {
      let count = poll(&interest, 1, milliseconds)
      if count >= 0 || errno != EINTR { return count > 0 }
    }
  }

  private func waitForNumber(milliseconds: CInt) -> Bool {
    let step: CInt = 20
    let microseconds: UInt32 = 20_000
    for _ in 0..<max(milliseconds / step, 1) {
      if !isThere { return true }
      usleep(microseconds)
    }
    return !isThere
  }
}
