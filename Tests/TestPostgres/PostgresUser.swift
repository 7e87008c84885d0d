// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

/// The user of the operating system that runs PostgreSQL: its programs refuse to run as root.
package struct PostgresUser: Sendable {
  /// Nil: the user who runs the tests.
  private let other: (id: uid_t, group: gid_t)?

  package static let current = PostgresUser()

  private init() {
    guard geteuid() == 0 else {
      other = nil
      return
    }
    // Both are there on Debian; a machine without the package has the second alone.
    let entry = ["postgres", "nobody"].compactMap { (name: String) in getpwnam(name)?.pointee }.first
    other = entry.map { ($0.pw_uid, $0.pw_gid) }
  }

  /// The words of a command, as those that run it as this user.
  package func command(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
    guard let other else { return (program, arguments) }
    let identity = ["--reuid", "\(other.id)", "--regid", "\(other.group)", "--clear-groups"]
    return ("setpriv", identity + [program] + arguments)
  }

  /// Makes a folder that is this user's.
  package func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    try own(path)
  }

  /// Gives a file or a folder to this user.
  package func own(_ path: String) throws {
    guard let other, chown(path, other.id, other.group) != 0 else { return }
    throw Failure("\(path) cannot be given to user \(other.id): \(String(cString: strerror(errno)))")
  }
}
