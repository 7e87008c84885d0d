// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Another program that goes on until it is told to stop.
final class BackgroundCommand {
  private let pid: pid_t
  private let input: FileHandle  // open: `openssl s_server` ends with its input
  private let output: FileHandle
  private var status: Int32?
  private var read = ""

  init(_ program: String, _ arguments: [String]) throws {
    // Not Foundation's Process: it is not released when the process has ended.
    let (input, output) = (try Self.pipe(), try Self.pipe())
    defer { for end in [input.reading, output.writing] { close(end) } }
    self.input = FileHandle(fileDescriptor: input.writing, closeOnDealloc: true)
    self.output = FileHandle(fileDescriptor: output.reading, closeOnDealloc: true)
    pid = try Self.spawn([program] + arguments, [input.reading, output.writing, output.writing])
  }

  deinit {
    guard status == nil else { return }
    kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  func write(_ text: String) throws { try input.write(contentsOf: Data(text.utf8)) }

  /// Reads on until a pattern's first group has matched.
  func wait(for pattern: Regex<(Substring, Substring)>) throws -> String {
    while true {
      if let match = try pattern.firstMatch(in: read) { return String(match.1) }
      let more = output.availableData
      guard !more.isEmpty else { throw Command.Failed(text: "it ended; it wrote: \(read)") }
      read += String(decoding: more, as: UTF8.self)
    }
  }

  /// Waits until it ends by itself.
  func waitForEnd() throws -> (status: Int32, output: String) {
    read += String(decoding: try output.readToEnd() ?? Data(), as: UTF8.self)
    if let status { return (status, read) }
    var ending: Int32 = 0
    while waitpid(pid, &ending, 0) < 0, errno == EINTR {}
    let status = ending & 0x7F == 0 ? ending >> 8 & 0xFF : ending & 0x7F
    self.status = status
    return (status, read)
  }

  /// A pipe by a name, for a moment: its ends are never open without the flag that keeps them from other programs.
  private static func pipe() throws -> (reading: CInt, writing: CInt) {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-pipe-\(UUID().uuidString)").path
    guard mkfifo(path, 0o600) == 0 else { throw Command.Failed(text: "no pipe: \(String(cString: strerror(errno)))") }
    defer { unlink(path) }
    let reading = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    let writing = open(path, O_WRONLY | O_CLOEXEC)
    guard reading >= 0, writing >= 0, fcntl(reading, F_SETFL, 0) == 0 else {
      throw Command.Failed(text: "the pipe \(path) does not open: \(String(cString: strerror(errno)))")
    }
    return (reading, writing)
  }

  /// - Parameter descriptors: what becomes the descriptors 0, 1 and 2.
  private static func spawn(_ words: [String], _ descriptors: [CInt]) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (place, descriptor) in zip(STDIN_FILENO..., descriptors) {
      posix_spawn_file_actions_adddup2(&actions, descriptor, place)
    }
    var arguments = words.map { strdup($0) } + [nil]
    var variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in arguments + variables { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, words[0], &actions, nil, &arguments, &variables)
    guard code == 0 else { throw Command.Failed(text: "\(words[0]) did not start: \(String(cString: strerror(code)))") }
    return pid
  }
}
