// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRTopology

/// A topology file on disk. Its paths are relative to it.
struct TopologyFile {
  let path: String

  func bytes() throws -> Data {
    do {
      return try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
        throw Problem("cannot read the topology \(path): is it there, and readable?")
      }
      throw Problem("the topology \(path) is a folder; name a file in it")
    }
  }

  /// Reads it.
  ///
  /// - Parameter looksForCertificates: whether it is a complaint when they are not there.
  func read(looksForCertificates: Bool) throws -> TopologyReading {
    Topology.read(
      try bytes(), file: path,
      exists: looksForCertificates ? { FileManager.default.fileExists(atPath: resolve($0)) } : nil)
  }

  /// A path of the file, as this process sees it.
  func resolve(_ other: String) -> String {
    let folder = (path as NSString).deletingLastPathComponent
    return other.hasPrefix("/") || folder.isEmpty ? other : "\(folder == "/" ? "" : folder)/\(other)"
  }
}
