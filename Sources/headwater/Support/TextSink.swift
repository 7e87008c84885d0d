// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStore

/// Where a command's text goes: standard output, or a file that appears under its name once it is whole.
///
/// The text of an export comes over minutes, and a command that is interrupted leaves what it has written. So it has one name,
/// under which the next command replaces it, where ``AtomicFile`` would choose another one each time.
final class TextSink {
  private let path: String?
  private let handle: FileHandle
  private var waiting = Data()
  private var isFinished = false

  /// - Parameter path: nil for standard output.
  init(path: String?) throws {
    self.path = path
    guard let path else {
      handle = .standardOutput
      return
    }
    guard FileManager.default.createFile(atPath: path + ".partial", contents: nil),
      let file = FileHandle(forWritingAtPath: path + ".partial")
    else { throw UserFacingError("cannot write \(path): its folder must exist and be writable") }
    handle = file
  }

  var isFile: Bool { path != nil }

  func write(_ text: String) throws {
    waiting.append(contentsOf: text.utf8)
    if waiting.count >= 1 << 16 { try flush() }
  }

  private func flush() throws {
    do {
      try handle.write(contentsOf: waiting)
    } catch {
      throw UserFacingError("cannot write \(path ?? "to standard output"): is the disk full, or did the reader end?")
    }
    waiting.removeAll(keepingCapacity: true)
  }

  deinit {
    if let path, !isFinished { unlink(path + ".partial") }
  }

  func finish() throws {
    try flush()
    guard let path else { return }
    do throws(FileError) {
      try AtomicFile(path, in: .system).settle(path + ".partial")
    } catch {
      throw UserFacingError("cannot write \(path): \(error)")
    }
    isFinished = true
  }
}
