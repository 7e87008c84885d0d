// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// `--start`: leaves a server behind, and returns once it answers.
struct DaemonStart {
  private let command: BitbakePrserv
  private let address: HostAddress

  init(_ command: BitbakePrserv, _ address: HostAddress) {
    self.command = command
    self.address = address
  }

  func run() throws {
    let pidFile = PidFile(address, port: command.port)
    switch try pidFile.holder() {
    case .absent, .stale: break
    case .server: throw UserFacingError("pidfile \(pidFile.path) already exist. Daemon already running?")
    case .refused(let reason): throw pidFile.refusal(reason)
    }
    if !command.readOnly { try makeFolder(of: command.file) }
    let log = open(command.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard log >= 0 else {
      throw UserFacingError("cannot write the log \(command.log): \(String(cString: strerror(errno)))")
    }
    close(log)
    let report = Pipe()
    for end in [report.fileHandleForReading, report.fileHandleForWriting] {
      _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)  // or the server's own copy would keep the report open
    }
    try spawn(reportingTo: report.fileHandleForWriting.fileDescriptor)
    try report.fileHandleForWriting.close()
    let words = String(decoding: report.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    guard words == DaemonProcess.ready else {
      throw UserFacingError(words.isEmpty ? "the server ended before it answered; see \(command.log)" : words)
    }
  }

  /// BitBake's server makes it, too.
  private func makeFolder(of file: String) throws {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw UserFacingError("cannot make the folder \(folder.path) of --file: \(error.localizedDescription)")
    }
  }

  private static let reportDescriptor: Int32 = 3
  /// POSIX_SPAWN_SETSID, which glibc shows to GNU sources only.
  private static let newSession: Int16 = 0x80

  private func spawn(reportingTo report: Int32) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, command.log, O_WRONLY | O_APPEND, 0)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    posix_spawn_file_actions_adddup2(&actions, report, Self.reportDescriptor)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSession)
    let words = CommandLine.arguments + ["--daemon-report", "\(Self.reportDescriptor)"]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, &arguments, environ)
    guard code == 0 else { throw UserFacingError("cannot start the server: \(String(cString: strerror(code)))") }
  }
}
