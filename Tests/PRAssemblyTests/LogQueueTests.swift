// SPDX-License-Identifier: Apache-2.0
import Foundation
import Logging
import TestThreads
import Testing

@testable import PRAssembly

@Suite("Log queue", .ownThreads)
struct LogQueueTests {
  /// What `append` and `take` say, one after the other.
  private static func taken(_ queue: inout LogQueue) -> [String]? { queue.take()?.lines }

  @Test("writing begins with the first line, and ends when none is left")
  func turns() {
    var queue = LogQueue()
    let begins = [queue.append("a"), queue.append("b")]
    let first = Self.taken(&queue)
    let beginsAgain = queue.append("c")
    let (second, end) = (Self.taken(&queue), Self.taken(&queue))
    let beginsAnew = queue.append("d")
    #expect(begins == [true, false] && !beginsAgain && beginsAnew)
    #expect(first == ["a", "b"] && second == ["c"] && end == nil)
  }

  @Test("lines beyond the bound are left out and counted once")
  func bound() throws {
    var queue = LogQueue()
    let line = String(repeating: "n", count: LogQueue.maximum / 4)
    for _ in 0..<7 { _ = queue.append(line) }
    let (first, end) = (queue.take(), queue.take())
    #expect(first?.lines.count == 4 && first?.leftOut == 3 && end == nil)
    _ = queue.append(line)
    let next = queue.take()
    #expect(next?.lines == [line] && next?.leftOut == 0)
  }

  @Test("a line that alone is too long is counted")
  func single() throws {
    var queue = LogQueue()
    _ = queue.append(String(repeating: "n", count: LogQueue.maximum + 1))
    let taken = queue.take()
    #expect(taken?.lines == [] && taken?.leftOut == 1)
  }
}

@Suite("Log writer", .ownThreads)
struct LogWriterTests {
  /// A pipe whose other end is read when a test says so.
  private struct Pipe {
    let reader, writer: CInt

    init() {
      var ends: [CInt] = [0, 0]
      pipe(&ends)
      (reader, writer) = (ends[0], ends[1])
    }

    func readToEnd() -> String {
      String(decoding: FileHandle(fileDescriptor: reader).readDataToEndOfFile(), as: UTF8.self)
    }
  }

  @Test("a pipe that is not read stops no one who logs; the lines that were left out are counted when it is read")
  func stuck() {
    let pipe = Pipe()
    let writer = LogWriter(pipe.writer)
    let handler = LineLogHandler(.text, level: .info, writer: writer)
    let logger = Logger(label: "test") { _ in handler }
    let long = String(repeating: "n", count: 2_000)
    // More than the pipe and the queue hold. If logging waited for the pipe, this loop would not end.
    for number in 0..<2_000 { logger.info("line", metadata: ["number": "\(number)", "long": "\(long)"]) }
    let closing = Thread {
      writer.flush(within: nil)
      close(pipe.writer)
    }
    closing.start()
    let lines = pipe.readToEnd().split(separator: "\n")
    #expect(lines.first?.contains("number=0") == true)
    let kept = lines.filter { $0.contains("info line") }.count
    let left = lines.compactMap { $0.firstMatch(of: /because the log was not read left-out=([0-9]+)$/) }
      .compactMap { Int($0.1) }
    #expect(kept < 2_000)
    #expect(kept + left.reduce(0, +) == 2_000)
  }

  @Test("each line arrives whole, whatever others made of the descriptor")
  func nonBlocking() {
    let pipe = Pipe()
    _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK)
    let writer = LogWriter(pipe.writer)
    let line = String(repeating: "n", count: 8_000)
    for _ in 0..<40 { writer.append(line, .text) }
    let closing = Thread {
      writer.flush(within: nil)
      close(pipe.writer)
    }
    closing.start()
    #expect(pipe.readToEnd() == String(repeating: line + "\n", count: 40))
  }
}
