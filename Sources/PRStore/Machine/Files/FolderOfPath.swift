// SPDX-License-Identifier: Apache-2.0

extension String {
  /// The folder in which a file with this path is; `.` for a name alone.
  ///
  /// Foundation's `deletingLastPathComponent` of `NSString` traps for a relative name of one character.
  package var folderOfPath: String {
    guard let slash = lastIndex(of: "/") else { return "." }
    return slash == startIndex ? "/" : String(self[..<slash])
  }
}
