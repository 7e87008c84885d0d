// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server of this process that says what a test tells it to.
final class FakeUpstream: Sendable {
  /// What follows a request.
  struct Reply: Sendable {
    var text: String
    var after = After.goOn

    enum After: Sendable {
      case goOn
      case close
      /// Nothing more is answered on the connection.
      case hang
      /// The same text again and again until the peer is gone.
      case repeatForever
    }

    static func line(_ text: String) -> Reply { Reply(text: text + "\n") }
    static let nothing = Reply(text: "")
  }

  /// How it greets, and what it answers.
  struct Manner: Sendable {
    /// What it sends once the client's handshake is there.
    var greeting: String
    var closesAfterGreeting = false
    var reply: @Sendable (JSONValue) -> Reply
  }

  private struct State: Sendable {
    var manner: Manner
    var heard: [JSONValue] = []
    var sockets: Set<CInt> = []
    var connections = 0
  }

  private let listener: LocalListener
  private let state: Watched<State>

  init(_ manner: Manner) throws {
    let state = Watched(State(manner: manner))
    self.state = state
    listener = try LocalListener { socket in Self.serve(socket, state) }
  }

  deinit { hangUp() }

  var address: Address { listener.address }

  /// What it was asked so far, pings left out.
  var questions: [JSONValue] { state.withLock(\.heard).filter { $0["ping"] == nil } }
  var connections: Int { state.withLock(\.connections) }

  /// Behaves in another manner from the next request on.
  func behave(_ manner: Manner) { state.withLock { $0.manner = manner } }

  /// Ends all connections.
  func hangUp() {
    state.withLock { state in for socket in state.sockets { shutdown(socket, CInt(SHUT_RDWR)) } }
  }

  /// Waits for questions.
  func wait(until condition: ([JSONValue]) -> Bool) -> Bool {
    state.wait { condition($0.heard.filter { $0["ping"] == nil }) }
  }

  private static func serve(_ socket: CInt, _ state: Watched<State>) {
    state.withLock { state in
      state.sockets.insert(socket)
      state.connections += 1
    }
    let connection = RawConnection(accepted: socket)
    // It is closed with the object: nobody may hang up on a descriptor that has become another's.
    withExtendedLifetime(connection) {
      try? converse(over: connection, state)
      _ = state.withLock { $0.sockets.remove(socket) }
    }
  }

  private static func converse(over connection: RawConnection, _ state: Watched<State>) throws {
    while try !connection.readLine().isEmpty {}
    let manner = state.withLock(\.manner)
    try connection.send(manner.greeting)
    guard !manner.closesAfterGreeting else { return }
    while true {
      let request = try connection.readMessage()
      let manner = state.withLock { state in
        state.heard.append(request)
        return state.manner
      }
      let reply = manner.reply(request)
      try connection.send(reply.text)
      switch reply.after {
      case .goOn: break
      case .close: return
      case .hang: while true { _ = try connection.readMessage() }
      case .repeatForever: while true { try connection.send(reply.text) }
      }
    }
  }
}

extension FakeUpstream.Manner {
  static let ours = "server: headwater/fake\nfeatures: lookup\nlevel: 0\nnumbering: partitioned\nstore: fake\n\n"
  /// BitBake's server has no headers to tell.
  static let stock = "\n"

  /// Knows one value of each package: 7, which belongs to the checksum `known`.
  static func sound(_ greeting: String = ours) -> FakeUpstream.Manner {
    FakeUpstream.Manner(greeting: greeting) { soundReply(to: $0) }
  }

  /// Answers pings, and `answer` to everything else.
  static func answering(_ reply: FakeUpstream.Reply, greeting: String = ours) -> FakeUpstream.Manner {
    FakeUpstream.Manner(greeting: greeting) { $0["ping"] == nil ? reply : .line(#"{"alive":true}"#) }
  }

  static func soundReply(to request: JSONValue) -> FakeUpstream.Reply {
    func isKnown(_ name: String) -> Bool { request[name]?["checksum"] == .string("known") }
    if request["ping"] != nil { return .line(#"{"alive": true}"#) }
    if request["lookup"] != nil {
      return .line(#"{"max":"7","values":[\#(isKnown("lookup") ? #""7""# : "")],"complete":true,"level":0}"#)
    }
    if request["test-package"] != nil { return .line(#"{"value": true}"#) }
    if request["max-package-pr"] != nil { return .line(#"{"value": "7"}"#) }
    if request["test-pr"] != nil { return .line(isKnown("test-pr") ? #"{"value": "7"}"# : #"{"value": null}"#) }
    return .line(#"{"invoke-error": {"message": "nobody asked for that"}}"#)
  }
}
