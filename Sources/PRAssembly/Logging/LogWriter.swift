// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Writes log lines to a file descriptor on a thread of its own. A pipe that is not read stops that thread and no other: lines
/// beyond a bound are left out, and counted in a line of their own once the pipe is read again.
final class LogWriter: Sendable {
  private let descriptor: CInt
  private let queue = Mutex(LogQueue())
  private let thread = DispatchQueue(label: "headwater.log")

  /// For the process's log. What waits when the process exits is written first.
  static let standardError: LogWriter = {
    atexit { LogWriter.standardError.flush() }
    return LogWriter(STDERR_FILENO)
  }()

  /// How long the end of the process waits for a log that is not read.
  static let timeout = DispatchTimeInterval.seconds(2)

  init(_ descriptor: CInt) { self.descriptor = descriptor }

  /// Adds a line, and returns at once.
  ///
  /// - Parameter format: how a count of lines that are left out is written.
  func append(_ line: String, _ format: LogFormat) {
    guard queue.withLock({ $0.append(line) }) else { return }
    thread.async { self.write(format) }
  }

  /// Waits until what was added so far is written, or until the timeout ends.
  ///
  /// - Parameter timeout: nil waits as long as it takes.
  func flush(within timeout: DispatchTimeInterval? = LogWriter.timeout) {
    let isWritten = DispatchSemaphore(value: 0)
    thread.async { isWritten.signal() }
    _ = isWritten.wait(timeout: timeout.map { .now() + $0 } ?? .distantFuture)
  }

  private func write(_ format: LogFormat) {
    while let (lines, leftOut) = queue.withLock({ $0.take() }) {
      for line in lines { write(line) }
      if leftOut > 0 { write(Self.gap(of: leftOut).formatted(format)) }
    }
  }

  private static func gap(of count: Int) -> LogLine {
    LogLine(
      time: LineLogHandler.now, level: "warning", message: "log lines were left out, because the log was not read",
      values: [("left-out", "\(count)")])
  }

  /// In one `write` where the descriptor takes it, so that lines of several processes do not mix.
  private func write(_ line: String) {
    var bytes = Array(line.utf8)[...]
    bytes.append(UInt8(ascii: "\n"))
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if count < 0, errno == EAGAIN || errno == EINTR {
        // Others may have made the open file non-blocking.
        var interest = pollfd(fd: descriptor, events: Int16(truncatingIfNeeded: POLLOUT), revents: 0)
        _ = poll(&interest, 1, -1)
      } else {
        return  // the other end is gone: there is no place left to tell it
      }
    }
  }
}
