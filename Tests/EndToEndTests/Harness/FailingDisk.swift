// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A disk that can fail while it is used: from then on its file system takes no more writes, as that of a disk that
/// loses blocks does. Mounting takes root's rights.
final class FailingDisk: Sendable {
  private let folder: TemporaryFolder

  /// Whether this process may mount: tests that need to are skipped where it may not.
  static let isPossible: Bool = {
    guard let disk = try? FailingDisk() else { return false }
    return (try? disk.fail()) != nil
  }()

  init() throws {
    folder = try TemporaryFolder()
    let image = folder.path("image")
    guard FileManager.default.createFile(atPath: image, contents: nil), truncate(image, 32 << 20) == 0 else {
      throw Failure("no image of a disk at \(image)")
    }
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try run("/sbin/mkfs.ext4", "-q", image)
    try run("/bin/mount", "-o", "loop", image, path)
  }

  deinit { umount2(path, CInt(MNT_DETACH)) }

  var path: String { folder.path("disk") }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func fail() throws { try run("/bin/mount", "-o", "remount,abort", path) }

  private func run(_ program: String, _ arguments: String...) throws {
    guard FileManager.default.isExecutableFile(atPath: program) else { throw Failure("there is no \(program)") }
    let process = try ChildProcess(program, arguments, in: folder.path)
    guard try process.wait() == .exit(0) else { throw Failure("\(program): \(process.errors.text)") }
  }
}
