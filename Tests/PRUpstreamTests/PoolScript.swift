// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRWire

@testable import PRUpstream

/// A pool in a test: its clock stands still unless a test moves it, and its actions are words.
struct PoolScript {
  static let server = Endpoint.unix(path: "upstream")
  static let answer = UpstreamAnswer(greatest: nil, values: [])
  static let refusal = UpstreamError.refused(server, "no")
  static let cut = UpstreamError.connection(.disconnected(server))
  static let nonsense = UpstreamError.nonsense(server, .shape)
  static let unreachable = UpstreamError.connection(.unreachable(server, "refused"))

  var pool: UpstreamPool
  var now = ContinuousClock.now

  /// - Parameter connections: how many serve at most.
  init(connections: Int = 2) {
    var options = UpstreamOptions(peers: [], deadline: .seconds(2), ownStore: "own")
    options.connections = connections
    pool = UpstreamPool(UpstreamPoolOptions(options, server: Self.server), at: now)
  }

  static func question(_ number: Int) -> UpstreamQuestion {
    .tuple(TupleKey(version: "\(number)", pkgarch: "p", checksum: "c"), .none)
  }

  @discardableResult
  mutating func handle(_ event: UpstreamPool.Event) -> String {
    pool.handle(event, at: now, jitter: 0.5).compactMap(Self.word).joined(separator: ", ")
  }

  mutating func ask(_ request: Int) { handle(.ask(request, Self.question(request), within: .seconds(2))) }

  mutating func open(_ connection: Int) { handle(.dialed(connection, .success(PeerDescription()))) }

  /// The timers of requests are left out: each request has both, until it is settled.
  static func word(_ action: UpstreamPool.Action) -> String? {
    switch action {
    case .dial(let id): "dial \(id)"
    case .close(let id): "close \(id)"
    case .send(let request, _, let id, _, _): "send \(request) over \(id)"
    case .probe(nil, let id, _): "ping as a probe over \(id)"
    case .probe(let question?, let id, _): "\(question == question.probe ? "probe" : "NO PROBE") over \(id)"
    case .ping(let ping, let id): "ping \(ping) over \(id)"
    case .start(.deadline, _), .start(.halfTime, _), .cancel(.deadline), .cancel(.halfTime): nil
    case .start(let timer, _): "start \(timer)"
    case .cancel(let timer): "cancel \(timer)"
    case .settle(let request, .success): "answer \(request)"
    case .settle(let request, .failure(let error)): "fail \(request): \(word(error))"
    case .tell(let event): word(event)
    }
  }

  private static func word(_ error: UpstreamError) -> String {
    switch error {
    case .away: "away"
    case .timedOut: "timed out"
    case .connection(.unreachable): "unreachable"
    case .connection: "cut"
    case .nonsense: "nonsense"
    case .refused: "refused"
    case .loop: "loop"
    case .beyondLimit: "too long"
    case .setAside: "set aside"
    case .ownStore: "own store"
    case .stopped: "stopped"
    }
  }

  private static func word(_ event: UpstreamEvent) -> String {
    switch event {
    case .greeted: "greeted"
    case .lost: "lost"
    case .stillAway: "still away"
    case .back(_, _, let failed): "back after \(failed)"
    case .rival: "rival"
    case .clock: "clock"
    case .looping: "looping"
    case .refusing: "refusing"
    case .doubtful: "doubtful answer"
    case .setAside(_, let question, _, _): "\(question.prefix(1)) set aside"
    }
  }
}
