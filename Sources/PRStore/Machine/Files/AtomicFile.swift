// SPDX-License-Identifier: Apache-2.0

/// A file that appears under its name whole and on disk: its bytes are synced, then it gets its name, then its folder
/// is synced. After a power loss there is the file before or the file after.
package struct AtomicFile {
  private let path: String
  private let environment: StoreEnvironment
  private var files: any StoreFiles { environment.files }

  package init(_ path: String, in environment: StoreEnvironment) {
    self.path = path
    self.environment = environment
  }

  /// Writes the whole file. Where this fails, the file before is still there, unless the last step failed: then the new one
  /// is there, and a power loss may take it away.
  ///
  /// - Parameters:
  ///   - mode: its permissions, of which the process may take some away.
  ///   - isSynced: false for a file that need not survive a power loss.
  package func write(_ bytes: some Collection<UInt8>, mode: UInt32 = 0o644, isSynced: Bool = true) throws(FileError) {
    // Two processes may write the file at one moment: each has a name of its own.
    let partial = "\(path).partial-\(String(environment.random(), radix: 16))"
    let file = try files.create(partial, mode: mode)
    do throws(FileError) {
      try fill(file, Array(bytes), isSynced)
      if isSynced { try giveName(to: partial) } else { try files.rename(partial, to: path) }
    } catch {
      try? files.remove(partial)  // the first error says more
      throw error
    }
  }

  /// Gives a file that is written, by whatever means, its name. Where this fails, the file keeps the name that it had.
  ///
  /// - Parameters:
  ///   - partial: the file, in the same folder.
  ///   - mode: the permissions that it gets first; nil leaves them.
  package func settle(_ partial: String, mode: UInt32? = nil) throws(FileError) {
    let file = try files.open(partial)
    do {
      defer { try? files.close(file) }  // it was synced, or the first error says more
      if let mode { try files.setMode(mode, of: file) }
      try files.sync(file)
    }
    try giveName(to: partial)
  }

  private func fill(_ file: OpenFile, _ bytes: [UInt8], _ isSynced: Bool) throws(FileError) {
    do throws(FileError) {
      try files.writeAll(bytes, to: file)
      if isSynced { try files.sync(file) }
    } catch {
      try? files.close(file)  // the first error says more
      throw error
    }
    try files.close(file)
  }

  /// Gives a file that is on disk its name. The folder is opened before, so that only a disk that fails is an error after the
  /// file has its name.
  private func giveName(to partial: String) throws(FileError) {
    let folder = try files.open(path.folderOfPath)
    defer { try? files.close(folder) }  // nothing was written that could be lost
    try files.rename(partial, to: path)
    do throws(FileError) {
      try files.sync(folder)
    } catch {
      // A file system that cannot sync a folder keeps names by other means.
      guard error.isUnsupported else { throw error }
    }
  }
}
