// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import TestSeed

/// A step that changes a disk, or brings changes to it.
package enum DiskOperation: Hashable, Sendable {
  case create(String, mode: UInt32)
  case rename(String, to: String)
  case remove(String)
  /// Files go by the number that they got when they were made.
  case change(UInt64, FileChange)
  case sync(UInt64)
  case syncFolder(String)
}

/// The files and folders of a simulated disk: as processes see them, and as they are on the disk.
///
/// The disk keeps no order that was not asked for: each change since the last sync is lost or kept by itself, a name as well as
/// bytes, and of bytes a part may be kept. A file that was synced may lose its name, and a name may have a file whose bytes are lost.
package struct DiskContent: Sendable {
  private var folders: Set<String> = []
  private var files: [UInt64: SimulatedFile] = [:]
  private var filesMade: UInt64 = 0
  /// The names of files: as processes see them, and as they are on the disk.
  private var (names, syncedNames) = ([String: UInt64](), [String: UInt64]())
  private var nameChanges: [NameChange] = []
  /// What was done, as long as it is to be recorded.
  package var recording: [DiskOperation]?

  package init() {}

  /// One change of a folder.
  private struct NameChange {
    let folder: String
    /// What each name stands for then; nil for a name that is gone.
    let names: [(name: String, file: UInt64?)]

    func apply(to names: inout [String: UInt64]) {
      for (name, file) in self.names { names[name] = file }
    }
  }

  package mutating func makeFolder(_ path: String) { folders.insert(path) }

  func isFolder(_ path: String) -> Bool { folders.contains(path) }

  func number(of path: String) -> UInt64? { names[path] }

  func file(_ number: UInt64) -> SimulatedFile.Content? { files[number]?.seen }

  var paths: [String] { names.keys.sorted() }

  mutating func change(_ number: UInt64, _ change: FileChange) {
    recording?.append(.change(number, change))
    files[number]?.apply(change)
  }

  mutating func sync(_ number: UInt64) {
    recording?.append(.sync(number))
    files[number]?.sync()
  }

  /// A sync of the file failed.
  mutating func forget(_ number: UInt64, _ numbers: inout SeededNumbers) { files[number]?.forget(&numbers) }

  /// - Returns: the new file's number.
  mutating func create(_ path: String, mode: UInt32) throws(FileError) -> UInt64 {
    guard names[path] == nil, !isFolder(path) else { throw FileError(EEXIST) }
    guard isFolder(Self.folder(of: path)) else { throw FileError(ENOENT) }
    recording?.append(.create(path, mode: mode))
    filesMade += 1
    files[filesMade] = SimulatedFile(mode: mode)
    changeNames(of: Self.folder(of: path), [(path, filesMade)])
    return filesMade
  }

  mutating func rename(_ path: String, to name: String) throws(FileError) {
    guard let file = names[path] else { throw FileError(ENOENT) }
    guard !isFolder(name) else { throw FileError(EISDIR) }
    guard Self.folder(of: path) == Self.folder(of: name) else { throw FileError(EXDEV) }
    recording?.append(.rename(path, to: name))
    changeNames(of: Self.folder(of: path), [(path, nil), (name, file)])
  }

  mutating func remove(_ path: String) throws(FileError) {
    guard !isFolder(path) else { throw FileError(EISDIR) }
    guard names[path] != nil else { throw FileError(ENOENT) }
    recording?.append(.remove(path))
    changeNames(of: Self.folder(of: path), [(path, nil)])
  }

  private mutating func changeNames(of folder: String, _ changed: [(String, UInt64?)]) {
    let change = NameChange(folder: folder, names: changed)
    change.apply(to: &names)
    nameChanges.append(change)
  }

  mutating func syncFolder(_ folder: String) {
    recording?.append(.syncFolder(folder))
    for change in nameChanges where change.folder == folder { change.apply(to: &syncedNames) }
    nameChanges.removeAll { $0.folder == folder }
  }

  /// A sync of the folder failed: some names have come to the disk, and the system does not try the others again.
  mutating func forgetFolder(_ folder: String, _ numbers: inout SeededNumbers) {
    for change in nameChanges where change.folder == folder && numbers.next() & 1 == 0 {
      change.apply(to: &syncedNames)
    }
    nameChanges.removeAll { $0.folder == folder }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension DiskContent {
  /// Brings everything to the disk.
  package mutating func syncAll() {
    for number in files.keys.sorted() { sync(number) }
    for folder in folders.sorted() { syncFolder(folder) }
  }

  /// Leaves of all that was not synced what a seed says.
  package mutating func losePower(_ seed: Seed, sectorSize: Int) {
    var loss = PowerLoss(seed.numbers, sectorSize: sectorSize)
    losePower(&loss)
  }

  /// Does again what was recorded.
  package mutating func apply(_ operation: DiskOperation) throws(FileError) {
    switch operation {
    case .create(let path, let mode): _ = try create(path, mode: mode)
    case .rename(let path, let name): try rename(path, to: name)
    case .remove(let path): try remove(path)
    case .change(let number, let change): self.change(number, change)
    case .sync(let number): sync(number)
    case .syncFolder(let folder): syncFolder(folder)
    }
  }

  /// The power fails and comes back: what is left is on the disk.
  mutating func losePower(_ loss: inout PowerLoss) {
    recording = nil
    let fate = loss.fate()
    let kept = fate == .beginning ? loss.number(below: nameChanges.count + 1) : nameChanges.count
    for change in nameChanges.prefix(kept) where fate.keeps(.truncate(0), &loss) { change.apply(to: &syncedNames) }
    nameChanges = []
    names = syncedNames
    let named = Set(names.values)
    files = files.filter { named.contains($0.key) }
    for number in files.keys.sorted() { files[number]?.losePower(loss.fate(), &loss) }
  }
}
