// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore
import PRStoreSQLite
import TestSeed

/// The files and folders of a simulated disk: as processes see them, and as they are on the disk.
///
/// The disk keeps no order that was not asked for: each change since the last sync is lost or kept by itself, a name as well as
/// bytes, and of bytes a part may be kept. A file that was synced may lose its name, and a name may have a file whose bytes are lost.
struct DiskContent {
  private var folders: Set<String> = []
  private var files: [UInt64: SimulatedFile] = [:]
  private var filesMade: UInt64 = 0
  /// The names of files: as processes see them, and as they are on the disk.
  private var (names, syncedNames) = ([String: UInt64](), [String: UInt64]())
  private var nameChanges: [NameChange] = []

  /// One change of a folder.
  private struct NameChange {
    let folder: String
    /// What each name stands for then; nil for a name that is gone.
    let names: [(name: String, file: UInt64?)]
    /// A sync failed after it: the system has reported that, and does not try again.
    var isForgotten = false

    func apply(to names: inout [String: UInt64]) {
      for (name, file) in self.names { names[name] = file }
    }
  }

  mutating func makeFolder(_ path: String) { folders.insert(path) }

  func isFolder(_ path: String) -> Bool { folders.contains(path) }

  func number(of path: String) -> UInt64? { names[path] }

  func file(_ number: UInt64) -> SimulatedFile? { files[number] }

  var paths: [String] { names.keys.sorted() }

  mutating func change(_ number: UInt64, _ body: (inout SimulatedFile) -> Void) {
    guard var file = files[number] else { return }
    body(&file)
    files[number] = file
  }

  /// - Returns: the new file's number.
  mutating func create(_ path: String, mode: UInt32) throws(FileError) -> UInt64 {
    guard names[path] == nil, !isFolder(path) else { throw FileError(EEXIST) }
    guard isFolder(Self.folder(of: path)) else { throw FileError(ENOENT) }
    filesMade += 1
    files[filesMade] = SimulatedFile(mode: mode)
    changeNames(of: Self.folder(of: path), [(path, filesMade)])
    return filesMade
  }

  mutating func rename(_ path: String, to name: String) throws(FileError) {
    guard let file = names[path] else { throw FileError(ENOENT) }
    guard !isFolder(name) else { throw FileError(EISDIR) }
    guard Self.folder(of: path) == Self.folder(of: name) else { throw FileError(EXDEV) }
    changeNames(of: Self.folder(of: path), [(path, nil), (name, file)])
  }

  mutating func remove(_ path: String) throws(FileError) {
    guard !isFolder(path) else { throw FileError(EISDIR) }
    guard names[path] != nil else { throw FileError(ENOENT) }
    changeNames(of: Self.folder(of: path), [(path, nil)])
  }

  private mutating func changeNames(of folder: String, _ changed: [(String, UInt64?)]) {
    let change = NameChange(folder: folder, names: changed)
    change.apply(to: &names)
    nameChanges.append(change)
  }

  mutating func syncFolder(_ folder: String) {
    let synced = nameChanges.filter { $0.folder == folder && !$0.isForgotten }
    for change in synced { change.apply(to: &syncedNames) }
    nameChanges.removeAll { $0.folder == folder && !$0.isForgotten }
  }

  mutating func forgetFolder(_ folder: String) {
    for index in nameChanges.indices where nameChanges[index].folder == folder { nameChanges[index].isForgotten = true }
  }

  /// The power fails and comes back: what is left is on the disk.
  mutating func losePower(_ numbers: inout SeededNumbers) {
    // All is lost, all is kept, or each change has its own fate.
    let luck = numbers.next() % 3
    func isKept(_ numbers: inout SeededNumbers) -> Bool { luck == 1 || luck == 2 && numbers.next() % 2 == 0 }
    for change in nameChanges where isKept(&numbers) { change.apply(to: &syncedNames) }
    nameChanges = []
    names = syncedNames
    let named = Set(names.values)
    files = files.filter { named.contains($0.key) }
    for number in files.keys.sorted() { change(number) { $0.losePower(&numbers, isKept) } }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

/// A file of a simulated disk.
struct SimulatedFile {
  private(set) var seen: Content
  private var synced = Content(bytes: [], mode: 0o600)
  private var changes: [(change: Change, isForgotten: Bool)] = []

  struct Content: Hashable {
    var bytes: [UInt8]
    var mode: UInt32

    mutating func apply(_ change: Change) {
      switch change {
      case .mode(let mode): self.mode = mode
      case .bytes(let new, let offset):
        // What lies between, and was lost, reads as zeros.
        bytes += [UInt8](repeating: 0, count: max(offset + new.count - bytes.count, 0))
        bytes.replaceSubrange(offset..<offset + new.count, with: new)
      }
    }
  }

  enum Change {
    case mode(UInt32)
    case bytes([UInt8], at: Int)
  }

  init(mode: UInt32) {
    seen = Content(bytes: [], mode: mode)
    changes = [(.mode(mode), false)]
  }

  mutating func apply(_ change: Change) {
    seen.apply(change)
    changes.append((change, false))
  }

  mutating func sync() {
    for (change, isForgotten) in changes where !isForgotten { synced.apply(change) }
    changes.removeAll { !$0.isForgotten }
  }

  /// A sync failed: the system has reported that, and does not try again.
  mutating func forget() {
    for index in changes.indices { changes[index].isForgotten = true }
  }

  mutating func losePower(_ numbers: inout SeededNumbers, _ isKept: (inout SeededNumbers) -> Bool) {
    for (change, _) in changes where isKept(&numbers) {
      if case .bytes(let bytes, let offset) = change, !bytes.isEmpty, numbers.next() % 2 == 0 {
        let part = Int(clamping: numbers.next() % UInt64(clamping: bytes.count))
        synced.apply(.bytes(Array(bytes.prefix(part)), at: offset))
      } else {
        synced.apply(change)
      }
    }
    changes = []
    seen = synced
  }
}
