// SPDX-License-Identifier: Apache-2.0

/// What is known of a pid file and of the process that it names.
///
/// The file lies in a folder where every user may create files, under a name that anyone can compute. So its content counts
/// only where the file and the process belong to one user, and the process runs a PR server.
struct PidFileRule: Hashable {
  /// The user that the file belongs to.
  let owner: UInt32
  let isRegularFile: Bool
  /// Names of the file. A second one would be a foreign file that was linked here.
  let links: Int
  /// A server of this program holds a lock on its file while it lives; BitBake's own holds none.
  let isLocked: Bool
  /// Nil where the file holds no number, or where no process has it.
  let process: Process?

  struct Process: Hashable {
    let owner: UInt32
    /// The file name of the program that runs: of `/proc/PID/exe`, which the process cannot change. Nil where it cannot be read.
    let executable: String?
    /// The words of its command line, which the process can change.
    let words: [String]
  }

  enum Verdict: Hashable {
    /// The process is a server that may be sent a signal.
    case server
    /// No server has the file: it may be removed.
    case stale
    case refused(Reason)
  }

  enum Reason: String, Hashable {
    case notRegular = "it is not a regular file"
    case linked = "it has a second name"
    case lockedWithoutProcess = "another program holds a lock on it, and it names no process"
    case foreignProcess = "it belongs to another user than the process that it names"
    case notAServer = "another program holds a lock on it, and the process that it names is not a PR server"
  }

  /// The program's file name, as it is installed.
  static let program = "bitbake-prserv"

  var verdict: Verdict {
    guard isRegularFile else { return .refused(.notRegular) }
    guard links == 1 else { return .refused(.linked) }
    guard let process else { return isLocked ? .refused(.lockedWithoutProcess) : .stale }
    guard isLocked ? process.isOurServer : process.isBitBakesServer else {
      return isLocked ? .refused(.notAServer) : .stale
    }
    return process.owner == owner ? .server : .refused(.foreignProcess)
  }
}

extension PidFileRule.Process {
  fileprivate var isOurServer: Bool { executable == PidFileRule.program }

  /// A Python that runs `bitbake-prserv`.
  fileprivate var isBitBakesServer: Bool {
    guard let executable, executable.hasPrefix("python") else { return false }
    return words.dropFirst().contains { $0.split(separator: "/").last.map(String.init) == PidFileRule.program }
  }
}
