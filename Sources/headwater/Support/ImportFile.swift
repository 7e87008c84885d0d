// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// A file to import, opened for one pass.
struct ImportFile {
  /// The path as it was given, or "standard input".
  let name: String
  let contents: FileHandle

  /// - Parameter argument: a path; `-` is standard input.
  init(_ argument: String) throws {
    guard argument != "-" else {
      name = "standard input"
      contents = .standardInput
      return
    }
    name = argument
    let path = URL(fileURLWithPath: argument).resolvingSymlinksInPath().path
    let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard kind != .typeDirectory else { throw UserFacingError("cannot read \(name): it is a folder") }
    guard access(argument, R_OK) == 0, let handle = FileHandle(forReadingAtPath: argument) else {
      throw UserFacingError("cannot read \(name): \(String(cString: strerror(errno)).lowercased())")
    }
    contents = handle
  }
}
