// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// A file that can be read more than once: a decision runs again when its transaction had to be given up. Standard input
/// and pipes are copied first.
struct ImportFile: Sendable {
  /// What the person called it.
  let name: String
  let path: String

  /// - Parameters:
  ///   - argument: a path; `-` is standard input.
  ///   - folder: where copies go.
  init(_ argument: String, copiesIn folder: URL) throws {
    name = argument == "-" ? "standard input" : argument
    let kind =
      try? FileManager.default.attributesOfItem(
        atPath: URL(fileURLWithPath: argument).resolvingSymlinksInPath().path)[.type] as? FileAttributeType
    guard argument == "-" || (kind != nil && kind != .typeRegular) else {
      guard access(argument, R_OK) == 0 else {
        throw Problem("cannot read \(name): \(String(cString: strerror(errno)).lowercased())")
      }
      path = argument
      return
    }
    guard argument == "-" || kind != .typeDirectory else { throw Problem("cannot read \(name): it is a folder") }
    let source = argument == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: argument)
    let copy = folder.appendingPathComponent(UUID().uuidString)
    _ = FileManager.default.createFile(atPath: copy.path, contents: nil)  // what fails here fails below
    guard let source, let target = FileHandle(forWritingAtPath: copy.path) else {
      throw Problem("cannot read \(name): check that it exists and may be read")
    }
    do {
      while let bytes = try source.read(upToCount: 1 << 20), !bytes.isEmpty { try target.write(contentsOf: bytes) }
      try target.close()
    } catch {
      throw Problem("cannot keep a copy of \(name) in \(folder.path): is the disk full?")
    }
    path = copy.path
  }
}
