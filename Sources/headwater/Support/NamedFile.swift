// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStore

/// A file that a user has named.
struct NamedFile {
  let path: String
  /// As in "cannot read the topology".
  let kind: String

  /// All of it.
  func bytes() throws -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
        throw UserFacingError("\(kind) \(path) is a folder; name a file in it")
      }
      guard let reason = Self.reason(error) else {
        throw UserFacingError("cannot read \(kind) \(path): is it there, and readable?")
      }
      throw UserFacingError("cannot read \(kind) \(path): \(reason); \(reason.advice)")
    }
  }

  /// What the system has said.
  private static func reason(_ error: any Error) -> FileError? {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let underlying, underlying.domain == NSPOSIXErrorDomain else { return nil }
    return FileError(CInt(clamping: underlying.code))
  }
}
