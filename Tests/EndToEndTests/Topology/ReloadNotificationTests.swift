// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("A service manager", .ownThreads)
struct ReloadNotificationTests {
  /// The socket that a service manager listens on: sd_notify(3).
  private final class Manager {
    private let socket: CInt
    private let path: String

    init(at path: String) throws {
      self.path = path
      socket = Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var timeout = timeval(tv_sec: 30, tv_usec: 0)
      setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
      guard Address.unix(path: path).withSocketAddress({ bind(socket, $0, $1) }) == 0 else {
        throw Failure("cannot bind \(path): \(String(cString: strerror(errno)))")
      }
    }

    deinit { close(socket) }

    /// Sends to itself: what comes before this has been sent before.
    func send(_ text: String) {
      let sent = Address.unix(path: path).withSocketAddress { sendto(socket, text, text.utf8.count, 0, $0, $1) }
      #expect(sent == text.utf8.count)
    }

    /// The next thing that it is told, the watchdog's left out.
    func next() throws -> String {
      var bytes = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = recv(socket, &bytes, bytes.count, 0)
        guard count > 0 else { throw Failure("nothing was told: \(String(cString: strerror(errno)))") }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        if !text.hasPrefix("WATCHDOG") { return text }
      }
    }
  }

  @Test("is told that a reload begins, and how it ends, and its watchdog is fed by whoever serves")
  func told() throws {
    let folder = try TemporaryFolder()
    let manager = try Manager(at: folder.path("notify"))
    let node = try ReloadingNode(
      "listen: tcp://127.0.0.1:0", in: folder,
      environment: ["NOTIFY_SOCKET": folder.path("notify"), "WATCHDOG_USEC": "200000"])
    let ready = "READY=1\nSTATUS=listening on \(node.server.address)"
    #expect(try manager.next() == ready)
    try node.change(to: "listen: tcp://127.0.0.1:0\nlimits: {max-in-flight: 9}")
    #expect(try manager.next().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
    #expect(try manager.next() == ready)
    try node.rewrite("listen: 7")
    try node.reload()
    #expect(try manager.next().hasPrefix("RELOADING=1\n"))
    #expect(try manager.next() == "READY=1\nSTATUS=the last reload was refused; listening on \(node.server.address)")
    try node.server.stop()
    #expect(try manager.next() == "STOPPING=1")
  }

  @Test("gets STOPPING=1 at once while a reload is under way, and no READY=1 after it")
  func overtaken() throws {
    let folder = try TemporaryFolder()
    let manager = try Manager(at: folder.path("notify"))
    let node = try ReloadingNode(
      "listen: tcp://127.0.0.1:0", in: folder, environment: ["NOTIFY_SOCKET": folder.path("notify")])
    #expect(try manager.next().hasPrefix("READY=1"))
    try node.withholdFile()
    node.server.process.signal(SIGHUP)
    #expect(try manager.next().hasPrefix("RELOADING=1"))
    node.server.process.signal(SIGTERM)
    #expect(try manager.next() == "STOPPING=1")
    try node.releaseFile()
    #expect(try node.server.process.wait() == .exit(0))
    #expect(node.hasLogged(ReloadingNode.refused, times: 1))
    manager.send("nothing else")
    #expect(try manager.next() == "nothing else")
  }
}
