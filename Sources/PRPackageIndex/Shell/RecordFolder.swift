// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Folders that have one small file for each package.
enum RecordFolder {
  /// The path of the folder that has the records.
  ///
  /// - Parameter kind: what the folder around it is called in a build.
  static func path(of name: String, in folder: String, kind: String) throws(IndexError) -> String {
    guard FileManager.default.fileExists(atPath: folder) else { throw .missing(path: folder) }
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw .noRecords(folder: folder, wanted: name, kind: kind)
    }
    return path
  }

  /// The names in a folder, in the order of their bytes.
  static func names(in folder: String) throws(IndexError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw FileManager.default.fileExists(atPath: folder)
        ? .unreadable(path: folder, reason: error.localizedDescription) : .missing(path: folder)
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The names of the folders in a folder, in the order of their bytes.
  static func folders(in folder: String) throws(IndexError) -> [String] {
    try names(in: folder).filter { isFolder("\(folder)/\($0)") }
  }

  /// Symbolic links are none.
  static func isFolder(_ path: String) -> Bool { mode(of: path) == S_IFDIR }

  /// Symbolic links are none.
  static func isFile(_ path: String) -> Bool { mode(of: path) == S_IFREG }

  private static func mode(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// - Returns: nil if the file is too long for a record.
  static func contents(of path: String) throws -> [UInt8]? {
    let file = try IndexFile(.file(path: path))
    guard (file.length ?? 0) <= UInt64(clamping: IndexLimits.entry) else { return nil }
    var bytes: [UInt8] = []
    try file.readAll { bytes += $0 }
    return bytes
  }
}
