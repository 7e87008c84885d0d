// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A disk in memory that can be full, or no longer be written. Mounting takes root's rights.
package final class SmallDisk: Sendable {
  private let folder: TemporaryFolder

  package var path: String { folder.path }

  /// Whether this process may mount: tests that need to are skipped where it may not.
  package static let isPossible: Bool = {
    guard let disk = try? SmallDisk(kilobytes: 64) else { return false }
    return (try? disk.becomeReadOnly()) != nil
  }()

  package init(kilobytes: Int) throws {
    folder = try TemporaryFolder()
    try Self.check(mount("headwater-test", folder.path, "tmpfs", 0, "size=\(kilobytes)k"))
  }

  deinit {
    // Connections of the test may still be closing: the mount goes when they are gone.
    umount2(folder.path, CInt(MNT_DETACH))
  }

  package func file(_ name: String) -> String { folder.file(name) }

  package func becomeReadOnly() throws {
    let flags = UInt(MS_REMOUNT | MS_RDONLY)
    try Self.check(mount("headwater-test", folder.path, "tmpfs", flags, nil))
  }

  private static func check(_ code: CInt) throws {
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM) }
  }
}
