// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A lock on the folder of a socket file, for the moment in which a server takes the path.
///
/// Without it, two servers that start at once can each find a file that a dead server left, and the later one removes the
/// socket that the earlier one has just bound there. The kernel releases the lock when its holder dies, and no file is left.
enum FolderLock {
  /// How often the lock is tried.
  static let tries = 250
  /// Between two tries, in microseconds: five seconds in all, which a server's start does not take.
  private static let pause: UInt32 = 20_000

  /// Waits until no other server holds the lock, and holds it while `body` runs.
  ///
  /// - Parameter path: of the file.
  /// - Throws: `EADDRINUSE` where the lock stays with another program. A folder that cannot be read, or whose file system has
  ///   no locks, is left unlocked.
  static func hold<Result>(
    around path: String, tries: Int = tries, _ body: () throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    guard descriptor < 0 || isLocked(descriptor, tries) else { throw .system(EADDRINUSE) }
    return try body()
  }

  private static func isLocked(_ descriptor: CInt, _ tries: Int) -> Bool {
    for _ in 0..<tries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
      guard errno == EWOULDBLOCK || errno == EINTR else { return true }
      usleep(pause)
    }
    return false
  }
}

/// Which file stands at a path.
struct SocketFile: Hashable, Sendable {
  let path: String
  private let device: dev_t
  private let number: ino_t

  /// Nil where there is none.
  init?(_ path: String) {
    var file = stat()
    guard lstat(path, &file) == 0 else { return nil }
    (self.path, device, number) = (path, file.st_dev, file.st_ino)
  }

  /// Removes the file, unless another one stands at its path by now.
  func remove() {
    guard SocketFile(path) == self else { return }
    unlink(path)
  }
}
