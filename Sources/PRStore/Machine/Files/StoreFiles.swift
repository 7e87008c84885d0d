// SPDX-License-Identifier: Apache-2.0

/// The file system under what a store does with files beside SQLite. Each call is one of POSIX, and one step that a power
/// loss comes before or after. What takes several steps is written above them, and runs on a simulated disk as well.
package protocol StoreFiles: Sendable {
  /// The path from the root on, without `.` and `..`.
  func absolutePath(_ path: String) -> String

  /// What the system tells of a file or a folder. Links are followed.
  func facts(of path: String) throws(FileError) -> FileFacts

  /// Checks that this process has the permissions.
  func checkAccess(to path: String, for use: FileUse) throws(FileError)

  /// Opens a file or a folder for reading.
  func open(_ path: String) throws(FileError) -> OpenFile

  /// Makes a file and opens it for writing. Refused where the name is taken.
  ///
  /// - Parameter mode: its permissions, as `chmod` takes them; the process may take some away.
  func create(_ path: String, mode: UInt32) throws(FileError) -> OpenFile

  /// Reads on.
  ///
  /// - Returns: at most `count` bytes; none at the end.
  func read(_ count: Int, from file: OpenFile) throws(FileError) -> [UInt8]

  /// Writes on.
  ///
  /// - Returns: how many bytes were written, which may be fewer than those given.
  func write(_ bytes: ArraySlice<UInt8>, to file: OpenFile) throws(FileError) -> Int

  func setMode(_ mode: UInt32, of file: OpenFile) throws(FileError)

  /// Brings the bytes and the permissions of a file, or the names of a folder, to the disk.
  func sync(_ file: OpenFile) throws(FileError)

  /// The file is closed whether this fails or not.
  func close(_ file: OpenFile) throws(FileError)

  /// Gives a file another name of the same folder. A file that has that name is replaced.
  func rename(_ path: String, to name: String) throws(FileError)

  /// Removes a file. A folder is refused.
  func remove(_ path: String) throws(FileError)

  /// How many bytes the disk of a folder has left.
  func freeSpace(of folder: String) throws(FileError) -> Int
}

/// An open file or folder, by the number that the system gave it.
package struct OpenFile: Hashable, Sendable {
  package let number: CInt

  package init(number: CInt) { self.number = number }
}

/// What a file is to be opened for.
package struct FileUse: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let reading = FileUse(rawValue: 1)
  package static let writing = FileUse(rawValue: 2)
}

/// What the system tells of a file.
package struct FileFacts: Hashable, Sendable {
  package let identity: FileIdentity
  /// In bytes.
  package let size: Int
  package let isFolder: Bool

  package init(identity: FileIdentity, size: Int, isFolder: Bool) {
    self.identity = identity
    self.size = size
    self.isFolder = isFolder
  }
}

/// What distinguishes a file from every other one of the machine.
package struct FileIdentity: Hashable, Sendable {
  package let disk: UInt64
  package let number: UInt64

  package init(disk: UInt64, number: UInt64) {
    self.disk = disk
    self.number = number
  }
}

extension StoreFiles {
  package func exists(_ path: String) -> Bool { (try? facts(of: path)) != nil }

  package func allows(_ use: FileUse, of path: String) -> Bool { (try? checkAccess(to: path, for: use)) != nil }

  /// Brings a file, or the names in a folder, to the disk.
  package func sync(at path: String) throws(FileError) {
    let file = try open(path)
    defer { try? close(file) }  // nothing was written here that could be lost
    try sync(file)
  }

  /// The beginning of a file: all of it where it has no more than `count` bytes.
  package func prefix(_ count: Int, of path: String) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    let file = try open(path)
    defer { try? close(file) }  // nothing was written that could be lost
    while bytes.count < count {
      let piece = try read(min(count - bytes.count, 1 << 16), from: file)
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// Reads a whole file, however long it is.
  ///
  /// - Parameters:
  ///   - size: how many bytes a piece has at most.
  ///   - body: called with each piece.
  package func readPieces(of path: String, size: Int, _ body: ([UInt8]) -> Void) throws(FileError) {
    let file = try open(path)
    defer { try? close(file) }  // nothing was written that could be lost
    while true {
      let piece = try read(size, from: file)
      if piece.isEmpty { return }
      body(piece)
    }
  }

  package func writeAll(_ bytes: [UInt8], to file: OpenFile) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = try write(rest, to: file)
      guard count > 0 else { throw .failing }
      rest = rest.dropFirst(count)
    }
  }
}
