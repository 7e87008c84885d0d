// SPDX-License-Identifier: Apache-2.0
import Foundation
import NIOCore
import PRWire

/// The lines of a file, read as they are needed. Each byte is looked at once, and memory holds one line.
struct LineSource {
  private let contents: FileHandle
  private var framer = LineFramer(limit: Self.maximumLineLength)
  private var isAtEnd = false

  /// No line with a row that a server takes is longer.
  static let maximumLineLength = 1 << 20

  init(_ contents: FileHandle) { self.contents = contents }

  /// Why no further line can be read.
  enum Failure: Error {
    case lineTooLong
    case unreadable

    var text: String {
      switch self {
      case .lineTooLong: "a line longer than \(LineSource.maximumLineLength) bytes; the rest of the file was not read"
      case .unreadable: "it cannot be read to its end; check the disk"
      }
    }
  }

  /// The next line, without its `\n` or `\r\n`.
  mutating func next() throws(Failure) -> Substring? {
    while true {
      do throws(WireError) {
        if let line = try framer.next() { return Substring(String(buffer: line)) }
      } catch {
        throw .lineTooLong
      }
      guard !isAtEnd else { return nil }
      let more: Data?
      do { more = try contents.read(upToCount: 1 << 16) } catch { throw .unreadable }
      if let more, !more.isEmpty {
        framer.append(ByteBuffer(bytes: more))
      } else {
        isAtEnd = true
        // The last line may have no ending.
        if framer.pendingBytes > 0 { framer.append(ByteBuffer(string: "\n")) }
      }
    }
  }
}
