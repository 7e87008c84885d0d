// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("Crowds of connections", .ownThreads)
struct CrowdTests {
  @Test("a crowd on one listener leaves the other one its share of the places")
  func listeners() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(
      ["--max-connections", "8"], in: folder, listeners: ["tcp://127.0.0.1:0", "unix://\(folder.path)/socket"])
    let crowd = try (0..<12).map { _ in try RawConnection(to: server.addresses[0], greets: false) }
    for number in 0..<2 {
      let builder = try RawConnection(to: server.addresses[1])
      #expect(try builder.ask(Requests.getPR("v\(number)", "c")) == .value("0"))
    }
    withExtendedLifetime(crowd) {}
    try server.stop()
  }

  @Test("an address with too many connections is refused further ones, and is served again when some have ended")
  func addresses() throws {
    let folder = try TemporaryFolder()
    let server = try ServerProcess(
      ["--max-connections-per-address", "3", "--status", "0"], in: folder,
      listeners: ["tcp://127.0.0.1:0", "unix://\(folder.path)/socket"])
    var connections = try (0..<3).map { _ in try server.connect() }
    for connection in connections { #expect(try connection.ask(Requests.ping) == .alive) }
    let refused = try server.connect(greets: false)
    #expect(refused.isClosedSilently)
    #expect(try RawConnection(to: server.addresses[1]).ask(Requests.ping) == .alive, "a UNIX socket has no address")
    #expect(server.hasLogged("a connection was refused"), "\(server.log)")
    #expect(try server.look("/metrics").body.contains("headwater_connections_refused_total 1\n"))
    let leaving = connections.removeLast()
    try leaving.send("null\n")
    #expect(leaving.isClosedSilently)
    #expect(try server.connect().ask(Requests.ping) == .alive)
    try server.stop()
  }

  @Test("a status page whose places are all held by requests that are never complete answers the next complete one")
  func statusPage() throws {
    let server = try ServerProcess(["--status", "0"])
    let page = try #require(server.statusPage)
    let crowd = try (0..<120).map { _ in
      let connection = try RawConnection(to: page, greets: false)
      try connection.send(HTTPAnswer.question("/healthz", "GET", ["Host: localhost", "Content-Length: 100000"]))
      return connection
    }
    for path in ["/healthz", "/readyz", "/metrics", "/"] { #expect(try server.look(path).status == 200, "\(path)") }
    withExtendedLifetime(crowd) {}
    try server.stop()
  }
}
