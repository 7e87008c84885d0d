// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestThreads

/// A process with its output collected. It does not outlive the object that stands for it.
package final class ChildProcess: Sendable {
  package let pid: pid_t
  package let output: OutputCollector
  package let errors: OutputCollector
  private let ending = Mutex<Ending?>(nil)

  package enum Ending: Hashable {
    case exit(CInt)
    case signal(CInt)
  }

  /// One process at a time is made: pipes get their close-on-exec flag a moment after they are made.
  private static let making = Mutex(())

  /// Makes a descriptor that no process shall inherit.
  package static func whileNoneStarts(_ body: () -> CInt) -> CInt { making.withLock { _ in body() } }

  /// - Parameters:
  ///   - environment: variables besides our own, of which those that speak to Headwater are taken away.
  ///   - folder: where it works.
  ///   - passed: a socket that it finds as its descriptor 3.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String] = [:], in folder: String,
    passing passed: CInt? = nil
  ) throws {
    let (output, errors, pid) = try Self.making.withLock { _ in
      let (output, errors) = (try Self.pipe(), try Self.pipe())
      defer { for end in [output.writing, errors.writing] { close(end) } }
      let descriptors = [output.writing, errors.writing] + (passed.map { [$0] } ?? [])
      let pid = try Self.spawn(program, arguments, Self.variables(environment), folder, descriptors)
      return (output.reading, errors.reading, pid)
    }
    self.pid = pid
    self.output = OutputCollector(output)
    self.errors = OutputCollector(errors)
  }

  deinit {
    guard ending.withLock({ $0 }) == nil else { return }
    Glibc.kill(pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  package func signal(_ number: CInt) { Glibc.kill(pid, number) }

  /// Stops all of its threads, and waits until they stand.
  package func freeze() {
    signal(SIGSTOP)
    var status: CInt = 0
    while waitpid(pid, &status, WUNTRACED) < 0, errno == EINTR {}
  }

  package func thaw() { signal(SIGCONT) }

  /// Waits until it is gone.
  package func wait(seconds: Double = Limit.seconds) throws -> Ending {
    if let ending = ending.withLock({ $0 }) { return ending }
    let deadline = Date(timeIntervalSinceNow: seconds)
    // Its end closes its output; a process that only closed its output would keep us in waitpid, and ours do not.
    guard output.waitForEnd(until: deadline), errors.waitForEnd(until: deadline) else {
      throw Failure("process \(pid) is still there after \(seconds) s; it wrote: \(output.text)\(errors.text)")
    }
    return ending.withLock { known in
      if let known { return known }
      var status: CInt = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      let ending = status & 0x7F == 0 ? Ending.exit(status >> 8 & 0xFF) : .signal(status & 0x7F)
      known = ending
      return ending
    }
  }

  private static func pipe() throws -> (reading: CInt, writing: CInt) {
    var ends: [CInt] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw Failure("no pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func variables(_ added: [String: String]) -> [String] {
    ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("HEADWATER_") && $0.key != "PRSERV_UPSTREAM" }
      .merging(added) { $1 }.map { "\($0.key)=\($0.value)" }
  }

  /// - Parameter descriptors: what becomes the descriptors 1, 2 and so on.
  private static func spawn(
    _ program: String, _ arguments: [String], _ variables: [String], _ folder: String, _ descriptors: [CInt]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (place, descriptor) in zip(STDOUT_FILENO..., descriptors) {
      posix_spawn_file_actions_adddup2(&actions, descriptor, place)
    }
    // Our threads block signals, and a child would go on doing so.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // `env` becomes the program, in the folder: the call that would do it here is for GNU sources only.
    let mover = "/usr/bin/env"
    var words = ([mover, "-C", folder, program] + arguments).map { strdup($0) } + [nil]
    var settings = variables.map { strdup($0) } + [nil]
    defer { for word in words + settings { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, mover, &actions, &attributes, &words, &settings)
    guard code == 0 else { throw Failure("cannot start \(program): \(String(cString: strerror(code)))") }
    return pid
  }
}
