// SPDX-License-Identifier: Apache-2.0
import NIOPosix
import PRClient
import PRRevision
import PRStore
import PRStoreSQLite
import PRUpstream
import PRWire
import TestStore
import Testing

@Suite("Two nodes below one upstream")
struct RivalTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let stores = ["30f02a00-29a6-4e8b-9240-f9274e6ca8d8", "98574686-7d4a-4f9d-91b5-d0ce5e4806bd"]

  @Test("in lanes that overlap hear of each other: the second when it connects, the first over its open connection")
  func news() async throws {
    let upstream = try Store.writable(folder.file("upstream.sqlite3"))
    try await withServer(of: upstream, at: folder.file("upstream.socket")) { address in
      let (first, firstEvents) = try await Self.connect(to: address, store: 0, lane: .only)
      var news = firstEvents.makeAsyncIterator()
      #expect(await news.next() == .some(nil), "it is alone")
      let (second, secondEvents) = try await Self.connect(to: address, store: 1, lane: Lane("2/3"))
      var others = secondEvents.makeAsyncIterator()
      #expect(await others.next() == .some(LaneRival(store: Self.stores[0], lane: .only)))
      var rival: LaneRival?
      while rival == nil { rival = await news.next() ?? nil }
      #expect(rival == LaneRival(store: Self.stores[1], lane: try #require(Lane("2/3"))))
      try await second.stop()
      try await first.stop()
    }
  }

  /// Connects as a node does, only more often asking whether the line works.
  private static func connect(
    to address: Endpoint, store: Int, lane: Lane?
  ) async throws -> (Upstream, AsyncStream<LaneRival?>) {
    let (rivals, teller) = AsyncStream.makeStream(of: LaneRival?.self)
    var dialer = Dialer(address, asksForDescription: true)
    dialer.introduction = PeerDescription(store: stores[store], lane: lane)
    var options = UpstreamOptions(peers: [dialer])
    options.keepAlive = .milliseconds(20)
    let upstream = try await Upstream.start(options, on: MultiThreadedEventLoopGroup.singleton.next()) { event in
      switch event {
      case .greeted(_, let description): teller.yield(description.rival)
      case .rival(_, let rival): teller.yield(rival)
      default: break
      }
    }
    return (upstream, rivals)
  }
}
