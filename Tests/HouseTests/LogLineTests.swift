// SPDX-License-Identifier: Apache-2.0
import Testing

/// What the log may say at night, docs/operations.md explains.
@Suite("Log lines")
struct LogLineTests {
  @Test("every line that may ask for a look stands in the handbook", arguments: SourceTree.sources)
  func documented(file: SourceTree.File) {
    let handbook = SourceTree.text("docs/operations.md")
    for message in Self.messages(of: file) {
      #expect(handbook.contains(message.prefix(30)), "\(file): '\(message)' is not in docs/operations.md")
    }
  }

  /// The beginnings of what is said at the level notice and above, up to where values come in.
  private static func messages(of file: SourceTree.File) -> [Substring] {
    let text = file.lines.joined(separator: "\n")
    return text.matches(of: /(?:logger\.(?:notice|warning|error|critical)\(|complain\("[^"]*",)\s*"([^"\\]+)/).map(\.1)
  }
}
