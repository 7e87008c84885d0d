// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A compressed index that comes through a pipe, kept in a file without a name.
///
/// The program that decompresses it reads the file itself. To hand a pipe on, its first bytes would have to be put back.
final class IndexSpool {
  let descriptor: CInt

  init(_ file: IndexFile) throws {
    let template = NSTemporaryDirectory() + "/headwater-index-" + String(repeating: "X", count: 6)
    var path = Array(template.utf8CString)
    descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw IndexFile.error(template) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    var written: UInt64 = 0
    try file.readAll { chunk in
      written += UInt64(clamping: chunk.count)
      guard written <= IndexLimits.spool else { throw IndexError.tooLong(path: file.name, limit: IndexLimits.spool) }
      var rest = chunk[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 || errno == EINTR else { throw IndexFile.error(template) }
        rest = rest.dropFirst(max(0, count))
      }
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  deinit { close(descriptor) }
}
