// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly

/// `/tmp/PRServer_<ip>_<port>.pid`: which process serves an address.
///
/// A server holds a lock on its file for as long as it lives. So a file that a dead server left behind, or whose number
/// belongs to another process by now, is distinguished from a true one. All that is checked is read through one descriptor.
///
/// The file is written in place. ``AtomicFile`` would put another file under the name, and the lock would be on the one before.
struct PidFile {
  let path: String
  private let ip: String
  private static let folder = "/tmp"
  /// More is no number of a process.
  private static let maximumLength = 32

  init(_ address: HostAddress, port: UInt16) {
    ip = address.ip
    path = "\(Self.folder)/PRServer_\(address.ip)_\(port).pid"
  }

  /// What the file stands for.
  enum Holder {
    /// There is no file.
    case absent
    /// No server has it.
    case stale
    case server(ProcessHandle)
    case refused(PidFileRule.Reason)
  }

  /// Reads the file and checks the process that it names.
  func holder() throws -> Holder {
    // Without O_NONBLOCK a pipe under this name would keep the program waiting.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else {
      if errno == ENOENT { return .absent }
      if errno == ELOOP { return .refused(.notRegular) }
      throw UserFacingError("cannot read the pid file \(path): \(String(cString: strerror(errno)))")
    }
    defer { close(file) }
    guard let facts = FileFacts(file) else { return .absent }
    let isLocked = facts.isRegular && flock(file, LOCK_SH | LOCK_NB) != 0
    let handle = facts.isRegular ? number(in: file).flatMap(ProcessHandle.init) : nil
    let rule = PidFileRule(
      owner: facts.owner, isRegularFile: facts.isRegular, links: facts.links, isLocked: isLocked,
      process: handle?.facts)
    return switch rule.verdict {
    case .server: handle.map(Holder.server) ?? .stale
    case .stale: .stale
    case .refused(let reason): .refused(reason)
    }
  }

  private func number(in file: CInt) -> pid_t? {
    var bytes = [UInt8](repeating: 0, count: Self.maximumLength)
    let count = read(file, &bytes, bytes.count)
    guard count > 0 else { return nil }
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    // Nil for what is no number.
    return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// The error for a file that is not believed.
  func refusal(_ reason: PidFileRule.Reason) -> UserFacingError {
    UserFacingError(
      "the pid file \(path) cannot be trusted: \(reason.rawValue); remove the file, or stop the server by its number")
  }

  /// Takes the file over for this process, until it ends.
  func claim() throws -> ClaimedPidFile {
    var file = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    // Not both in one call: in a folder such as /tmp, Linux refuses O_CREAT for a file of another user without its reason.
    if file < 0, errno == ENOENT { file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }
    guard file >= 0 else { throw cannotWrite(String(cString: strerror(errno))) }
    do {
      guard let facts = FileFacts(file), facts.isRegular else { throw refusal(.notRegular) }
      guard facts.links == 1 else { throw refusal(.linked) }
      guard facts.owner == geteuid() else { throw cannotWrite("it belongs to another user; remove it") }
      guard flock(file, LOCK_EX | LOCK_NB) == 0, facts.identity == FileFacts(path)?.identity else {
        throw UserFacingError("pidfile \(path) already exist. Daemon already running?")
      }
      ftruncate(file, 0)
      let line = Array("\(getpid())\n".utf8)
      guard write(file, line, line.count) == line.count else { throw cannotWrite(String(cString: strerror(errno))) }
    } catch {
      close(file)
      throw error
    }
    // It stays open: the lock is what shows that this process lives.
    return ClaimedPidFile(path: path, descriptor: file)
  }

  private func cannotWrite(_ reason: String) -> UserFacingError {
    UserFacingError("cannot write the pid file \(path): \(reason)")
  }

  /// Removes a file that no server has. A server that starts meanwhile keeps its own.
  func removeStale() {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard file >= 0 else { return }
    defer { close(file) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return }
    ClaimedPidFile(path: path, descriptor: file).remove()
  }

  /// The ports on which other servers of this address have a pid file.
  var otherPorts: [String] {
    let prefix = "PRServer_\(ip)_"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Self.folder)) ?? []
    return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".pid") }
      .map { String($0.dropFirst(prefix.count).dropLast(".pid".count)) }.sorted()
  }
}

/// A pid file with a lock on it.
struct ClaimedPidFile {
  fileprivate let path: String
  fileprivate let descriptor: CInt

  /// Removes the file, unless another stands at its path by now.
  func remove() {
    guard let own = FileFacts(descriptor)?.identity, own == FileFacts(path)?.identity else { return }
    unlink(path)
  }
}

/// What the operating system says of a file.
private struct FileFacts {
  let owner: UInt32
  let links: Int
  let isRegular: Bool
  let identity: Identity

  struct Identity: Hashable {
    let device: dev_t
    let number: ino_t
  }

  init?(_ descriptor: CInt) {
    var file = stat()
    guard fstat(descriptor, &file) == 0 else { return nil }
    self.init(file)
  }

  /// Of the path itself, also where it is a link.
  init?(_ path: String) {
    var file = stat()
    guard lstat(path, &file) == 0 else { return nil }
    self.init(file)
  }

  private init(_ file: stat) {
    owner = file.st_uid
    links = Int(clamping: file.st_nlink)
    isRegular = file.st_mode & S_IFMT == S_IFREG
    identity = Identity(device: file.st_dev, number: file.st_ino)
  }
}
