// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRCertificates
import PRFederation
import PRTLS
import TestThreads
import Testing

@Suite("Members of a federation", .ownThreads)
struct MemberTests {
  private let federation: FederationFiles
  private let server: TLSContext
  private let client: TLSContext

  init() throws {
    federation = try FederationFiles()
    server = try .server(
      federation.member("authority", names: ["hq.example", "10.9.8.7"]), requiresClientCertificate: true)
    client = try .client(federation.member("pune", names: ["pune.example"]))
  }

  private func wire(_ server: TLSContext? = nil, accepting members: [String]?) throws -> MemoryWire {
    let accepted = try members.map { try Set($0.map(federation.uri)) }
    return try MemoryWire(
      .server(server ?? self.server), .client(client, expecting: "hq.example", acceptedMembers: accepted))
  }

  @Test("each side reads the other's certificate, of a full handshake as of a resumed one, and takes no name of a host")
  func both() throws {
    var certificates: Set<[MemberCertificate?]> = []
    for isResumed in [false, true, true] {
      let wire = try wire(accepting: nil)
      try wire.settle()
      let (atServer, atClient) = (try #require(wire.atServer.handshake), try #require(wire.atClient.handshake))
      #expect(atServer.isResumed == isResumed && atClient.isResumed == isResumed)
      #expect(atServer.member?.identity == (try federation.uri("pune")))
      #expect(atServer.member?.rights.names == ["read"])
      #expect(atServer.member?.names.map(\.text) == ["pune.example"])
      #expect(atClient.member?.identity.member == .authority)
      #expect(atServer.peerNames == [] && atClient.peerNames == [])
      #expect(atServer.chain == [] && atClient.chain == [])
      certificates.insert([atServer.member, atClient.member])
    }
    #expect(certificates.count == 1)
  }

  @Test("a certificate made by hand has its names, and names no member")
  func handMade() throws {
    let client = try TLSContext.client(federation.handMade(["builder.example"]))
    let wire = try MemoryWire(.server(server), .client(client, expecting: "hq.example"))
    try wire.settle()
    let done = try #require(wire.atServer.handshake)
    #expect(done.peerNames == ["builder.example"] && done.member == nil)
  }

  private static let uris: [(text: String, isManaged: Bool)] = [
    ("headwater://hq.example/Pune", true), ("headwater://hq.example", true), ("headwater://", true),
    // A member's, but beside another URI.
    ("headwater://hq.example/pune", true), ("https://hq.example/pune", false), ("headwater:hq.example/pune", false),
  ]

  @Test(
    "a certificate with a URI of a federation that cannot be read names neither a member nor a host", arguments: uris)
  func unreadable(uri: String, isManaged: Bool) throws {
    let own = try Certificates(["hq.example"])
    try own.makeOdd(
      "odd", subject: "/CN=builder.example",
      extensions: """
        subjectAltName = DNS:builder.example,URI:https://first.example/,URI:\(uri)
        """)
    let wire = try MemoryWire(.server(own.server()), .client(own.client("odd"), expecting: "hq.example"))
    try wire.settle()
    let done = try #require(wire.atServer.handshake)
    #expect(done.member == nil)
    #expect(done.peerNames == (isManaged ? [] : ["builder.example"]))
  }

  @Test(
    "a client takes a server that is one of the members it accepts",
    arguments: [nil, ["authority"], ["authority", "oslo"]] as [[String]?])
  func accepted(members: [String]?) throws {
    for isResumed in [false, true, true] {
      let wire = try wire(accepting: members)
      wire.client.writeAndFlush(ByteBuffer(string: "question"), promise: nil)
      try wire.settle()
      #expect(wire.atClient.handshake?.isResumed == isResumed)
      #expect(wire.atServer.text == "question")
    }
  }

  @Test("a client refuses any other member, and shows it nothing", arguments: [[], ["oslo"], ["oslo", "pune"]])
  func otherMember(members: [String]) throws {
    let wire = try wire(accepting: members)
    wire.client.writeAndFlush(ByteBuffer(string: "secret"), promise: nil)
    try wire.settle()
    let expected = try Set(members.map(federation.uri))
    #expect(wire.atClient.errors == [.otherMember(expected: expected, found: try federation.uri("authority"))])
    #expect(wire.atClient.handshake == nil && !wire.client.isActive)
    #expect(wire.atServer.handshake == nil && wire.atServer.text == "")
  }

  @Test("a client that has a session with another member refuses it too")
  func otherMemberResumed() throws {
    var bytes: [Int] = []
    for members in [["authority"], ["oslo"], ["authority"]] {
      let wire = try wire(accepting: members)
      var count = 0
      wire.changes = { count += $0.readableBytes }
      try wire.settle()
      bytes.append(count)
      #expect((wire.atClient.handshake != nil) == (members == ["authority"]))
      if members == ["oslo"] {
        let (oslo, authority) = (try federation.uri("oslo"), try federation.uri("authority"))
        #expect(wire.atClient.errors == [.otherMember(expected: [oslo], found: authority)])
        #expect(wire.atServer.handshake == nil)
      } else {
        #expect(wire.atClient.handshake?.isResumed == (bytes.count > 1))
      }
    }
    // No certificate went over the wire: it was a session that was refused.
    #expect(bytes[1] < bytes[0] / 2, "\(bytes)")
  }

  @Test("a client that accepts members takes no certificate made by hand, of the same authority and for the same host")
  func handMadeServer() throws {
    let server = try TLSContext.server(federation.handMade(["hq.example"]), requiresClientCertificate: true)
    let control = try wire(server, accepting: nil)
    try control.settle()
    #expect(control.atClient.handshake?.peerNames == ["hq.example"])
    let wire = try wire(server, accepting: ["authority"])
    try wire.settle()
    #expect(wire.atClient.errors == [.otherMember(expected: [try federation.uri("authority")], found: nil)])
  }

  @Test("an accepted member must have the host's name all the same")
  func otherHost() throws {
    let handler = try TLSHandler.client(
      client, expecting: "other.example", acceptedMembers: [federation.uri("authority")])
    let wire = try MemoryWire(.server(server), handler)
    try wire.settle()
    #expect(wire.atClient.errors == [.untrusted(reason: "hostname mismatch", expected: "other.example")])
  }

  @Test("the error says in one line which member was expected and which came")
  func errorText() throws {
    let (oslo, pune) = (try federation.uri("oslo"), try federation.uri("pune"))
    let text = TLSError.otherMember(expected: [oslo, pune], found: try federation.uri("authority")).description
    #expect(text.hasPrefix("the server is the member headwater://hq.example/authority, and not \(oslo) or \(pune); "))
    let none = TLSError.otherMember(expected: [oslo], found: nil).description
    #expect(none.hasPrefix("the server is no member of a federation, and not \(oslo); "))
    let many = try Set((0..<9).map { try federation.uri("m\($0)") })
    let long = TLSError.otherMember(expected: many, found: oslo).description
    #expect(long.contains("/m3 or one of 5 others; ") && !long.contains("/m4"), "\(long)")
  }
}
