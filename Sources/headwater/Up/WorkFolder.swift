// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStore

/// The folder of a local federation's files. One process at a time has it.
struct WorkFolder {
  /// Absolute.
  let path: String
  private let isTemporary: Bool
  private let lock: CInt

  /// - Parameter path: nil for a folder that is removed at the end.
  init(_ path: String?) throws {
    isTemporary = path == nil
    self.path = try path.map(Self.made) ?? Self.temporary()
    lock = open("\(self.path)/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else {
      throw UserFacingError("cannot write in the folder \(self.path): \(String(cString: strerror(errno)))")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw UserFacingError(
        "another 'topology up' has the folder \(self.path); stop that, or choose another --directory")
    }
  }

  /// Lets other users pass a temporary folder, and see nothing of what is in it.
  func letOthersPass() {
    if isTemporary { chmod(path, 0o711) }
  }

  func end() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
    close(lock)
  }

  static func write(_ text: String, to path: String) throws {
    do throws(FileError) {
      try AtomicFile(path, in: .system).write(text.utf8, mode: 0o600, isSynced: false)
    } catch {
      throw UserFacingError("cannot write \(path): \(error); \(error.advice)")
    }
  }

  private static func made(_ path: String) throws -> String {
    let path = URL(fileURLWithPath: path).standardizedFileURL.path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      let isFile = FileManager.default.fileExists(atPath: path)
      throw UserFacingError(
        "cannot make the folder \(path): \(isFile ? "a file has its name" : "is its place there, and writable?")")
    }
    return path
  }

  private static func temporary() throws -> String {
    let folder = (getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp") as NSString
    let name = "headwater-up-" + String(repeating: "X", count: 6)
    var template = Array(folder.appendingPathComponent(name).utf8CString)
    guard mkdtemp(&template) != nil else {
      throw UserFacingError("cannot make a folder in \(folder): \(String(cString: strerror(errno))); give --directory")
    }
    return String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
