// SPDX-License-Identifier: Apache-2.0
import Testing

/// A store reaches files through its `StoreFiles`, so that it runs on a simulated disk.
@Suite("Files of the store")
struct StoreFilesTests {
  /// Files that may do otherwise, with the reason.
  private static let exceptions = [
    "Sources/PRStore/Machine/Files/SystemFiles.swift": "it is the machine's file system"
  ]

  /// Lines that name the machine's own, with the reason.
  private static let ownEnvironment = [
    "Sources/PRStore/Machine/StoreEnvironment.swift": "it says what the machine's own is",
    "Sources/PRStoreSQLite/SQLiteEngine.swift": "what opens a store may leave it out",
  ]

  private static let files = SourceTree.sources.filter { ["PRStore", "PRStoreSQLite"].contains($0.target) }

  @Test(
    "are reached in one place",
    arguments: files.filter { exceptions[$0.path] == nil })
  func calls(file: SourceTree.File) {
    let found = file.lines.indices.filter { Self.isCall(file.lines[$0]) }
    #expect(found.isEmpty, "\(file):\(found.map { $0 + 1 }): use the calls of StoreFiles")
  }

  @Test(
    "are those that the store was given, in all of its parts",
    arguments: files.filter { ownEnvironment[$0.path] == nil })
  func givenEnvironment(file: SourceTree.File) {
    // What other targets call may leave the environment out.
    let found = file.lines.indices.filter { index in
      let line = Self.code(file.lines[index])
      let isDefault = line.contains("in environment: StoreEnvironment = .system")
      return line.contains(#/\.system\b|SystemFiles\(\)/#.wordBoundaryKind(.simple)) && !isDefault
    }
    #expect(found.isEmpty, "\(file):\(found.map { $0 + 1 })")
  }

  @Test("have no exception that is not needed", arguments: exceptions.keys.sorted())
  func neededExceptions(path: String) throws {
    let file = try #require(Self.files.first { $0.path == path })
    #expect(file.lines.contains(where: Self.isCall))
  }

  /// A line that calls the system, or Foundation, for a file.
  private static func isCall(_ line: String) -> Bool {
    let line = code(line)
    guard !line.contains("func ") else { return false }
    let foundation =
      #/\b(?:FileManager|FileHandle|InputStream|OutputStream|FileWrapper)\b|\b(?:Data|String)\(contentsOf|\.write\(to: |\bURL\(file/#
    let system =
      #/(?:^|[^.\w])(?:f?open(?:at)?\([^)]*\bO_|fopen|creat|rename(?:at)?|unlink(?:at)?|rmdir|mkdir|mkstemp|mkdtemp|[lf]?stat|f?statv?fs|access|f(?:data)?sync|f?truncate|f?ch(?:mod|own)|flock|lockf|fcntl|mmap|opendir|readdir|symlink|readlink|realpath|getcwd)\(/#
    let other = #/\bO_[A-Z]+\b|\b(?:Foundation|Glibc)\.\w/#
    // A dot ends a word: Unicode's own boundaries take `FileManager.default` for one.
    return [foundation, system, other].contains { line.contains($0.wordBoundaryKind(.simple)) }
  }

  /// A line without its comment.
  private static func code(_ line: String) -> String {
    line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? line
  }

  @Test(
    "the search finds what it is for",
    arguments: [
      ("let a = FileManager.default.contents(atPath: path)", true), ("FileHandle(forReadingAtPath: path)", true),
      ("let file = open(path, O_RDONLY | O_CLOEXEC)", true), ("guard fsync(file) == 0 else {", true),
      ("guard rename(partial, path) == 0", true), ("var file = stat()", true), ("try data.write(to: url)", true),
      ("Data(contentsOf: url)", true), ("Foundation.write(file, bytes, 3)", true), ("access(path, R_OK)", true),
      ("try files.rename(partial, to: path)", false), ("try Store.open(options)", false), ("mark?.close()", false),
      ("func rename(_ path: String, to name: String)", false), ("bytes.append(contentsOf: other)", false),
      ("// open(path, O_RDONLY)", false), ("let (store, _) = try open(options, in: environment)", false),
    ])
  func examples(line: String, isFound: Bool) { #expect(Self.isCall(line) == isFound) }
}
