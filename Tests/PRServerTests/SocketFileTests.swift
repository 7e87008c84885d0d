// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRWire
import Synchronization
import TestThreads
import Testing

@testable import PRServer

@Suite("Socket files", .ownThreads)
struct SocketFileTests {
  private static func path() -> String { "/tmp/hw-\(UUID().uuidString.prefix(13)).sock" }

  /// Leaves a socket file behind, as a server does that is killed. The socket has never listened: a child process that another test
  /// starts at this moment has the descriptor until it runs its program, and with it a socket that listens would be alive.
  private static func leaveStale(at path: String) throws {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(result == 0)
  }

  private static func isAnswered(at path: String) throws -> Bool {
    let name = try SocketName(path: path)
    do throws(SocketError) {
      try name.makeRoom(at: path)
      return false
    } catch {
      return error == .system(EADDRINUSE)
    }
  }

  @Test("of servers that start at once on one path exactly one has it, and it answers there")
  func race() throws {
    for _ in 0..<100 {
      let path = Self.path()
      try Self.leaveStale(at: path)
      let won = Mutex<[ListeningSocket]>([])
      let lost = Mutex(0)
      DispatchQueue.concurrentPerform(iterations: 4) { _ in
        do throws(ListenError) {
          let socket = try ListeningSocket.listen(on: .unix(path: path))
          won.withLock { $0.append(socket) }
        } catch {
          lost.withLock { $0 += error.reason == .system(EADDRINUSE) ? 1 : 0 }
        }
      }
      let winners = won.withLock { $0 }
      #expect(winners.count == 1)
      #expect(lost.withLock { $0 } == 3)
      #expect(try Self.isAnswered(at: path))
      for winner in winners { winner.release() }
      #expect(access(path, F_OK) != 0)
    }
  }

  @Test("while one server takes a path, another one that starts there waits, and leaves the file alone")
  func turn() throws {
    let path = Self.path()
    try Self.leaveStale(at: path)
    defer { unlink(path) }
    try FolderLock.hold(around: path) { () throws(SocketError) in
      let stale = SocketFile(path)
      #expect(throws: ListenError.self) { try ListeningSocket.listen(on: .unix(path: path), tries: 2) }
      #expect(stale != nil && SocketFile(path) == stale)
    }
    let socket = try ListeningSocket.listen(on: .unix(path: path))
    #expect(try Self.isAnswered(at: path))
    socket.release()
  }

  @Test("the end of a server leaves the socket of another alone that has its path by now")
  func replaced() throws {
    let path = Self.path()
    let first = try ListeningSocket.listen(on: .unix(path: path))
    unlink(path)
    let second = try ListeningSocket.listen(on: .unix(path: path))
    first.release()
    #expect(try Self.isAnswered(at: path))
    second.release()
    #expect(access(path, F_OK) != 0)
  }

  @Test("a folder that another program keeps locked is told as a path in use")
  func locked() throws {
    let folder = "/tmp/hw-\(UUID().uuidString.prefix(13))"
    mkdir(folder, 0o700)
    let other = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer {
      close(other)
      rmdir(folder)
    }
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    #expect(throws: SocketError.system(EADDRINUSE)) { try FolderLock.hold(around: "\(folder)/s", tries: 2) {} }
  }
}
