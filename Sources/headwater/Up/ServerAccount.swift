// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStore

/// The user whose process PostgreSQL is, where that is another one: its programs refuse to run as root.
struct ServerAccount: Sendable {
  let name: String
  let id: uid_t
  let group: gid_t

  /// The words of a command that run it as this user. The system's own program changes the user: in the child of a process with
  /// threads, the calls of glibc would wait for those threads, which are not there.
  func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
    let identity = ["--reuid", "\(id)", "--regid", "\(group)", "--clear-groups"]
    return (Self.changer, identity + [program] + arguments)
  }

  private static let changer = "/usr/bin/setpriv"

  /// - Returns: nil for the user who runs this program.
  static func needed() throws -> ServerAccount? {
    guard geteuid() == 0 else { return nil }
    guard FileManager.default.isExecutableFile(atPath: changer) else {
      throw UserFacingError("PostgreSQL refuses to run as root, and there is no \(changer); run this as another user")
    }
    for name in ["postgres", "nobody"] {
      guard let entry = getpwnam(name)?.pointee else { continue }
      return ServerAccount(name: name, id: entry.pw_uid, group: entry.pw_gid)
    }
    throw UserFacingError(
      "PostgreSQL refuses to run as root, and there is no user 'postgres'; run this as another user")
  }

  /// Gives a folder to the user, who has to be able to reach it.
  func take(_ folder: String) throws {
    guard chown(folder, id, group) == 0 else {
      throw UserFacingError("\(folder) cannot be given to '\(name)': \(String(cString: strerror(errno)))")
    }
    var parent = folder.folderOfPath
    while parent != "/", parent != "." {
      guard canPass(parent) else {
        throw UserFacingError(
          "PostgreSQL refuses to run as root, and '\(name)' may not pass the folder \(parent): choose a --directory "
            + "elsewhere, or run this as another user")
      }
      parent = parent.folderOfPath
    }
  }

  private func canPass(_ folder: String) -> Bool {
    var info = stat()
    guard stat(folder, &info) == 0 else { return false }
    let bit: mode_t = info.st_uid == id ? 0o100 : info.st_gid == group ? 0o010 : 0o001
    return info.st_mode & bit != 0
  }
}
