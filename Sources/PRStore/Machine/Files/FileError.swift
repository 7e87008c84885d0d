// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Why the system refused a call on a file: a number of errno(3).
package struct FileError: Error, Hashable, Sendable {
  package let number: CInt

  package init(_ number: CInt) { self.number = number }

  /// The disk failed.
  package static let failing = FileError(EIO)

  package var isMissing: Bool { number == ENOENT || number == ENOTDIR }
  package var isRefusal: Bool { number == EACCES || number == EPERM }
  package var isFull: Bool { number == ENOSPC || number == EDQUOT }
  /// The file system is mounted for reading alone.
  package var isReadOnly: Bool { number == EROFS }
  /// The file system has no such call.
  package var isUnsupported: Bool { number == EINVAL }

  /// What to do about it.
  package var advice: String {
    switch number {
    case ENOSPC, EDQUOT: "free some space and try again"
    case EIO: "see the kernel's log"
    case EROFS: "mount its file system for writing"
    case EACCES, EPERM: "check its owner and mode, and those of its folder"
    case EMFILE, ENFILE: "raise the limit of open files"
    default: "check the path and its folder"
    }
  }
}

extension FileError: CustomStringConvertible {
  /// In the system's words.
  package var description: String { String(cString: strerror(number)) }
}

extension StoreError {
  /// The error for a file that could not be written.
  ///
  /// - Parameters:
  ///   - file: what was to be written.
  ///   - path: the database that the error names.
  ///   - failure: a sentence without its full stop.
  package init(_ error: FileError, writing file: String, of path: String, _ failure: String) {
    self =
      error.isFull ? .diskFull(path: file) : .engine(path: path, detail: "\(failure): \(error); \(error.advice)")
  }
}
