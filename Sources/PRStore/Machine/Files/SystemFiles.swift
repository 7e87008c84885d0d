// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision

/// The machine's file system.
package struct SystemFiles: StoreFiles {
  package init() {}

  package func absolutePath(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

  package func facts(of path: String) throws(FileError) -> FileFacts {
    var file = stat()
    guard stat(path, &file) == 0 else { throw .last }
    return FileFacts(
      identity: FileIdentity(
        disk: UInt64(truncatingIfNeeded: file.st_dev), number: UInt64(truncatingIfNeeded: file.st_ino)),
      size: Int(clamping: file.st_size), isFolder: file.st_mode & S_IFMT == S_IFDIR)
  }

  package func checkAccess(to path: String, for use: FileUse) throws(FileError) {
    let mode = (use.contains(.reading) ? R_OK : 0) | (use.contains(.writing) ? W_OK : 0)
    guard access(path, mode) == 0 else { throw .last }
  }

  package func open(_ path: String) throws(FileError) -> OpenFile {
    let number = Foundation.open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { throw .last }
    return OpenFile(number: number)
  }

  package func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile {
    let number = Foundation.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode_t(truncatingIfNeeded: mode))
    guard number >= 0 else { throw .last }
    return OpenFile(number: number)
  }

  package func read(_ count: Int, from file: OpenFile) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(count, 0))
    let length = try Self.repeating {
      bytes.withUnsafeMutableBytes { Foundation.read(file.number, $0.baseAddress, $0.count) }
    }
    return length < bytes.count ? Array(bytes.prefix(length)) : bytes
  }

  package func write(_ bytes: ArraySlice<UInt8>, to file: OpenFile) throws(FileError) -> Int {
    try Self.repeating { bytes.withUnsafeBytes { Foundation.write(file.number, $0.baseAddress, $0.count) } }
  }

  package func setMode(_ mode: UInt32, of file: OpenFile) throws(FileError) {
    guard fchmod(file.number, mode_t(truncatingIfNeeded: mode)) == 0 else { throw .last }
  }

  package func sync(_ file: OpenFile) throws(FileError) {
    guard fsync(file.number) == 0 else { throw .last }
  }

  package func close(_ file: OpenFile) throws(FileError) {
    guard Foundation.close(file.number) == 0 else { throw .last }
  }

  package func rename(_ path: String, to name: String) throws(FileError) {
    guard Foundation.rename(path, name) == 0 else { throw .last }
  }

  package func remove(_ path: String) throws(FileError) {
    guard unlink(path) == 0 else { throw .last }
  }

  package func freeSpace(of folder: String) throws(FileError) -> Int {
    var disk = statvfs()
    guard statvfs(folder, &disk) == 0 else { throw .last }
    return Int(clamping: disk.f_bavail).multipliedClamped(by: Int(clamping: disk.f_frsize))
  }

  /// Calls again where a signal interrupted the call.
  private static func repeating(_ call: () -> Int) throws(FileError) -> Int {
    while true {
      let result = call()
      if result >= 0 { return result }
      guard errno == EINTR else { throw .last }
    }
  }
}

extension FileError {
  /// That of the call before.
  fileprivate static var last: FileError { FileError(errno) }
}
