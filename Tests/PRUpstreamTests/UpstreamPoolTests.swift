// SPDX-License-Identifier: Apache-2.0
import PRClient
import PRRevision
import PRWire
import Testing

@testable import PRUpstream

@Suite("The connections of one upstream")
struct UpstreamPoolTests {
  private var script = PoolScript()

  @Test("the first is opened before a request comes, and requests that come earlier wait for it")
  mutating func warmUp() {
    #expect(script.handle(.start) == "dial 1, start keepAlive")
    #expect(script.handle(.ask(1, PoolScript.question(1), within: .seconds(2))) == "")
    #expect(script.handle(.dialed(1, .success(PeerDescription()))) == "greeted, send 1 over 1")
    #expect(script.handle(.replied(1, 1, .success(PoolScript.answer))) == "answer 1")
  }

  @Test("another is opened when 33 requests are under way on each, and the one with the fewest takes the next request")
  mutating func crowd() {
    script.handle(.start)
    script.open(1)
    for request in 1...32 { script.ask(request) }
    #expect(script.handle(.ask(33, PoolScript.question(33), within: .seconds(2))) == "send 33 over 1, dial 2")
    #expect(script.handle(.ask(34, PoolScript.question(34), within: .seconds(2))) == "send 34 over 1")
    script.open(2)
    #expect(script.handle(.ask(35, PoolScript.question(35), within: .seconds(2))) == "send 35 over 2")
    for request in 36...70 { script.ask(request) }
    #expect(script.pool.connections.servingCount == 2 && !script.pool.connections.isDialing)
  }

  @Test("requests behind a slow one move at half its time, and its connection comes back when it has answered")
  mutating func overtaking() {
    script.handle(.start)
    script.open(1)
    for request in 1...3 { script.ask(request) }
    #expect(script.handle(.fired(.halfTime(2))) == "", "it is not the one that is slow")
    #expect(script.handle(.fired(.halfTime(1))) == "dial 2")
    #expect(script.handle(.dialed(2, .success(PeerDescription()))) == "greeted, send 2 over 2, send 3 over 2")
    #expect(script.handle(.replied(1, 1, .success(PoolScript.answer))) == "answer 1")
    #expect(script.handle(.replied(1, 2, .success(PoolScript.answer))) == "", "the reply of the other one counts")
    #expect(script.handle(.replied(2, 2, .success(PoolScript.answer))) == "answer 2")
    #expect(script.pool.connections.serving.map(\.id) == [2, 1])
  }

  @Test("the request that a connection ended with is asked alone, the others over another, and a doubt is raised")
  mutating func alone() {
    script.handle(.start)
    script.open(1)
    for request in 1...2 { script.ask(request) }
    #expect(
      script.handle(.replied(1, 1, .failure(PoolScript.cut))) == "start doubt, dial 2, close 1, dial 3",
      "while there is a doubt, the others wait for the connection that ends it")
    #expect(script.handle(.dialed(3, .success(PeerDescription()))) == "send 1 over 3")
    #expect(script.handle(.dialed(2, .success(PeerDescription()))) == "probe over 2")
    #expect(script.handle(.probed(2, nil)) == "cancel doubt, greeted, send 2 over 2")
    #expect(
      script.handle(.replied(3, 1, .failure(PoolScript.cut))) == "start doubt, dial 4, fail 1: cut, close 3")
    #expect(script.handle(.dialed(4, .success(PeerDescription()))) == "probe over 4")
    #expect(script.handle(.probed(4, PoolScript.refusal)) == "cancel doubt, 1 set aside, greeted")
    #expect(script.handle(.ask(5, PoolScript.question(1), within: .seconds(2))) == "fail 5: set aside")
  }

  @Test(
    "a doubt without an answer is a loss: all requests fail, all connections are closed, and no request is to blame")
  mutating func loss() {
    script.handle(.start)
    script.open(1)
    for request in 1...2 { script.ask(request) }
    script.handle(.replied(1, 1, .failure(PoolScript.cut)))
    script.open(2)
    script.open(3)
    #expect(
      script.handle(.fired(.doubt))
        == "cancel doubt, lost, start probe, fail 1: away, close 3, fail 2: away, close 2")
    #expect(script.handle(.ask(3, PoolScript.question(3), within: .seconds(2))) == "fail 3: away")
    #expect(script.pool.quarantine.count == 0)
    #expect(script.pool.availability.absence != nil)
  }

  @Test("a probe asks what showed the loss, one at a time, and its answer ends the absence")
  mutating func probes() {
    script.handle(.start)
    script.open(1)
    script.ask(1)
    script.handle(.replied(1, 1, .failure(PoolScript.cut)))
    script.handle(.fired(.doubt))
    #expect(script.handle(.fired(.probe)) == "dial 4")
    #expect(script.handle(.fired(.probe)) == "")
    #expect(script.handle(.dialed(4, .failure(PoolScript.unreachable))) == "still away, start probe")
    #expect(script.handle(.fired(.probe)) == "dial 5")
    #expect(script.handle(.dialed(5, .failure(PoolScript.unreachable))) == "start probe", "the reason is the same")
    script.handle(.fired(.probe))
    #expect(script.handle(.dialed(6, .success(PeerDescription()))) == "start probeReply, probe over 6")
    #expect(script.handle(.fired(.probeReply)) == "cancel probeReply, close 6, still away, start probe")
    script.handle(.fired(.probe))
    script.open(7)
    #expect(script.handle(.probed(7, nil)) == "cancel probeReply, back after 1, greeted")
    #expect(script.pool.availability.isPresent && script.pool.health.problem == nil)
  }

  @Test("a server of the node's own store is not asked")
  mutating func ownStore() {
    script.handle(.start)
    let own = PeerDescription(store: "own")
    #expect(script.handle(.dialed(1, .success(own))) == "close 1, lost, start probe")
    script.handle(.fired(.probe))
    #expect(script.handle(.dialed(2, .success(own))) == "close 2, start probe")
  }

  @Test("a connection that carries nothing is tried with a ping, whose silence is a loss")
  mutating func keepAlive() {
    script.handle(.start)
    script.open(1)
    #expect(script.handle(.fired(.keepAlive)) == "start keepAlive, start ping(1), ping 1 over 1")
    #expect(script.handle(.pinged(1, .success(NodeNews()))) == "cancel ping(1), rival")
    script.ask(1)
    #expect(script.handle(.fired(.keepAlive)) == "start keepAlive, ping 2 over 1", "its answers show that it works")
    #expect(script.handle(.pinged(2, .failure(PoolScript.cut))) == "cancel ping(2)")
    script.handle(.replied(1, 1, .success(PoolScript.answer)))
    script.handle(.fired(.keepAlive))
    #expect(script.handle(.fired(.ping(3))) == "lost, start probe, close 1")
  }

  @Test("a connection that ends is replaced, unless it ended within a second of its opening")
  mutating func shortLife() {
    script.handle(.start)
    script.open(1)
    script.now += .seconds(2)
    #expect(script.handle(.closed(1, PoolScript.cut)) == "close 1, dial 2")
    script.open(2)
    #expect(script.handle(.closed(2, PoolScript.cut)) == "close 2, lost, start probe")
  }

  @Test("after the stop everything is closed, and no request is sent")
  mutating func stop() {
    script.handle(.start)
    script.open(1)
    script.ask(1)
    let cancelled = "cancel keepAlive, cancel doubt, cancel probe, cancel probeReply"
    #expect(script.handle(.stop) == "\(cancelled), fail 1: stopped, close 1")
    #expect(script.handle(.ask(2, PoolScript.question(2), within: .seconds(2))) == "fail 2: stopped")
    #expect(script.handle(.fired(.keepAlive)) == "")
    #expect(script.handle(.fired(.probe)) == "")
  }

  @Test("at most four requests have connections of their own; the next one fails")
  mutating func manySuspects() {
    script.handle(.start)
    script.open(1)
    for request in 1...5 {
      script.ask(request)
      let line = script.pool.connections.serving.first?.id ?? 0
      let actions = script.handle(.replied(line, request, .failure(PoolScript.cut)))
      #expect(actions.contains("fail \(request): cut") == (request == 5), "\(actions)")
      // The question that ends the doubt is answered.
      let examining = script.pool.breaker.doubt?.connection ?? 0
      script.open(examining)
      script.handle(.probed(examining, nil))
    }
    #expect(script.pool.connections.isolatedCount == 4)
  }
}
