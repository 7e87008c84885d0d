// SPDX-License-Identifier: Apache-2.0
import Testing

/// What the log may say at night, the pages of docs/operations explain.
@Suite("Log lines")
struct LogLineTests {
  private static let handbook = SourceTree.names(in: "docs/operations")
    .map { SourceTree.text("docs/operations/\($0)") }.joined(separator: "\n")

  @Test("every line that may ask for a look stands in the handbook", arguments: SourceTree.sources)
  func documented(file: SourceTree.File) {
    for message in Self.messages(of: file) {
      #expect(Self.handbook.contains(message.prefix(30)), "\(file): '\(message)' is not in docs/operations")
    }
  }

  /// The beginnings of what is said at the level notice and above, up to where values come in.
  private static func messages(of file: SourceTree.File) -> [Substring] {
    let text = file.lines.joined(separator: "\n")
    return text.matches(of: /(?:logger\.(?:notice|warning|error|critical)\(|complain\("[^"]*",)\s*"([^"\\]+)/).map(\.1)
  }
}
