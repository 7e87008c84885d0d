// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that appears under its name whole and on disk: its bytes are synced, then it gets its name, then its folder
/// is synced. After a power loss there is the file before or the file after.
public struct AtomicFile {
  /// What the system said.
  public struct Failure: Error, CustomStringConvertible {
    public let number: CInt

    public var description: String { String(cString: strerror(number)) }

    fileprivate init() { number = errno }
  }

  private let path: String

  public init(_ path: String) { self.path = path }

  /// Writes the whole file.
  ///
  /// - Parameter isSynced: false for a file that need not survive a power loss.
  public func write(_ bytes: some Collection<UInt8>, isSynced: Bool = true) throws(Failure) {
    // Two processes may write the file at one moment: each has a name of its own.
    let partial = "\(path).partial-\(getpid())-\(UInt32.random(in: .min ... .max))"
    let file = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw Failure() }
    do throws(Failure) {
      try Self.write(Array(bytes), to: file)
      guard !isSynced || fsync(file) == 0 else { throw Failure() }
      guard rename(partial, path) == 0 else { throw Failure() }
      close(file)
    } catch {
      close(file)
      unlink(partial)
      throw error
    }
    if isSynced { try syncFolder() }
  }

  /// Gives a file that is written, by whatever means, its name.
  ///
  /// - Parameters:
  ///   - partial: the file, in the same folder.
  ///   - mode: the permissions that it gets first; nil leaves them.
  public func settle(_ partial: String, mode: mode_t? = nil) throws(Failure) {
    let file = open(partial, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw Failure() }
    defer { close(file) }
    guard fsync(file) == 0 else { throw Failure() }
    if let mode, fchmod(file, mode) != 0 { throw Failure() }
    guard rename(partial, path) == 0 else { throw Failure() }
    try syncFolder()
  }

  private static func write(_ bytes: [UInt8], to file: CInt) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure() }
      rest = rest.dropFirst(count)
    }
  }

  private func syncFolder() throws(Failure) {
    let folder = open(path.folderOfPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw Failure() }
    defer { close(folder) }
    // A file system that cannot sync a folder says EINVAL, and keeps names by other means.
    guard fsync(folder) == 0 || errno == EINVAL else { throw Failure() }
  }
}
