// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Finds the indexes of a feed: `Packages`, compressed or not, and `repodata/repomd.xml`.
package enum IndexSearch {
  /// Where several are in one folder, the first of these is read: they are the same index.
  private static let names = ["Packages", "Packages.gz", "Packages.xz", "Packages.zst"]
  private static let wanted = "Packages, Packages.gz, Packages.xz, Packages.zst or repodata/repomd.xml"

  /// Goes through a folder and all folders below it, in the order of their names.
  ///
  /// A symbolic link to a folder is not followed, and one to a file is if it leads to a file below the folder.
  ///
  /// - Parameter folder: the path of the folder; `repodata` itself may be given.
  /// - Returns: paths that begin with that of the folder; at least one.
  package static func indexes(in folder: String) throws(IndexError) -> [String] {
    guard let root = RealPath.of(folder) else { throw IndexFile.error(folder) }
    var found: [String] = []
    var seen = 0
    // A stack, so that no depth of folders is too great.
    var folders = [folder]
    while let next = folders.popLast() {
      let names = try RecordFolder.names(in: next)
      seen += names.count
      guard seen <= IndexLimits.files else { throw .tooManyFiles(folder: folder, limit: IndexLimits.files) }
      found += indexes(named: names, in: next, root: root)
      folders += names.reversed().map { "\(next)/\($0)" }.filter(RecordFolder.isFolder)
    }
    guard !found.isEmpty else { throw .nothingFound(folder: folder, wanted: wanted) }
    return found
  }

  private static func indexes(named all: [String], in folder: String, root: String) -> [String] {
    let present = Set(all)
    let isRepository = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent == "repodata"
    let files = names.filter(present.contains).map { "\(folder)/\($0)" }.filter { isFile($0, below: root) }
    let repomd = isRepository && present.contains("repomd.xml") ? ["\(folder)/repomd.xml"] : []
    return files.prefix(1) + repomd.filter { isFile($0, below: root) }
  }

  private static func isFile(_ path: String, below root: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let real = RealPath.of(path) else {
      return false
    }
    return RealPath.isInside(real, root)
  }
}
