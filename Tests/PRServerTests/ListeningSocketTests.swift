// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRServer
import PRWire
import Testing

@Suite("Listening on a host name")
struct ListeningSocketTests {
  private func close(_ bindings: [ListenerBinding]) { for binding in bindings { binding.socket.release() } }

  private func resolver(_ hosts: [String]) -> ListeningSocket.Resolver {
    { host throws(SocketError) in host == "both" ? hosts : [host] }
  }

  @Test("takes all of its addresses, on one port, and keeps their sockets at a reload")
  func all() throws {
    let asked = [Endpoint.tls(host: "both", port: 0), .tcp(host: "127.0.0.1", port: 0)]
    let resolve = resolver(["127.0.0.2", "127.0.0.3"])
    let bindings = try ListeningSocket.open(asked, resolve: resolve)
    #expect(bindings.map(\.address) == [asked[0], asked[0], asked[1]])
    guard case .tls("127.0.0.2", let port) = bindings[0].whereabouts else {
      Issue.record("\(bindings[0].whereabouts)")
      return
    }
    #expect(bindings[1].whereabouts == .tls(host: "127.0.0.3", port: port))
    let again = try ListeningSocket.open(asked, from: bindings.map(\.socket), resolve: resolve)
    #expect(zip(again, bindings).allSatisfy { $0.socket === $1.socket })
    close(again)
    close(bindings)
  }

  @Test("passes over an address that the machine has not, unless it is the only one")
  func missing() throws {
    let name = Endpoint.tcp(host: "both", port: 0)
    for hosts in [["2001:db8::1", "127.0.0.1"], ["127.0.0.1", "2001:db8::1"]] {
      let bindings = try ListeningSocket.open([name], resolve: resolver(hosts))
      #expect(bindings.count == 1)
      close(bindings)
    }
    #expect(throws: ListenError.self) {
      try ListeningSocket.open([name], resolve: resolver(["2001:db8::1", "2001:db8::2"]))
    }
  }

  @Test("takes none where another program has one of them")
  func taken() throws {
    let rival = try ListeningSocket.open([.tcp(host: "127.0.0.3", port: 0)])
    guard case .tcp(_, let port) = rival[0].whereabouts else { return }
    let resolve = resolver(["127.0.0.2", "127.0.0.3"])
    #expect(throws: ListenError.self) { try ListeningSocket.open([.tcp(host: "both", port: port)], resolve: resolve) }
    let free = try ListeningSocket.open([.tcp(host: "127.0.0.2", port: port)])
    close(free + rival)
  }

  @Test("finds each address of a host once, in numbers, and none of a name that there is not")
  func hosts() throws {
    #expect(try SocketName.hosts(of: "127.0.0.1") == ["127.0.0.1"] && SocketName.hosts(of: "::1") == ["::1"])
    #expect(try SocketName.hosts(of: "localhost").contains { ["127.0.0.1", "::1"].contains($0) })
    #expect(throws: SocketError.unknownHost) { try SocketName.hosts(of: "no.such.host.invalid") }
  }
}
