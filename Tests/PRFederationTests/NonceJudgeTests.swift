// SPDX-License-Identifier: Apache-2.0
import PRFederation
import Testing

@Suite("What a nonce shows")
struct NonceJudgeTests {
  private static let store = "store"

  private static func nonce(_ generation: UInt32, _ number: UInt64, _ bits: UInt64? = nil) -> Nonce {
    Nonce(generation: generation, number: number, bits: bits ?? UInt64(generation) &* 100 &+ number)
  }

  private static func report(
    _ given: Nonce, own: UInt64 = 1, from address: String = "b", at now: Int64 = 200, store: String = store
  ) -> NonceJudge.Report {
    NonceJudge.Report(store: store, presented: PresentedNonce(given: given, own: own), address: address, at: now)
  }

  /// The authority gave the nonces 5 and 6 of the second lease. The report with 5 came from `a` at 100.
  private static func judge(_ phase: NonceJudge.Phase = .settled, stop: NonceStop? = nil) -> NonceJudge {
    let presented = PresentedNonce(given: nonce(1, 5), own: 1)
    return NonceJudge(
      store: store, newest: nonce(1, 6), answered: .init(presented: presented, address: "a", at: 100), stop: stop,
      phase: phase)
  }

  private static func stop(_ cause: NonceStop.Cause) -> NonceVerdict {
    .stopped(NonceStop(cause: cause, addresses: ["a", "b"], since: 100, at: 200))
  }

  @Test(
    "each nonce that may be presented",
    arguments: [
      (nonce(1, 6), 9, .accepted(nonce(1, 7, 77))), (nonce(1, 5), 1, .repeated(nonce(1, 6))),
      (nonce(1, 5), 2, stop(.twice)), (nonce(1, 4), 1, stop(.old)), (nonce(1, 0), 1, stop(.old)),
      (nonce(0, 6), 1, .superseded), (nonce(0, 100), 1, .superseded), (nonce(1, 7), 1, .registerIsBehind),
      (nonce(1, 6, 0), 1, .registerIsBehind), (nonce(1, 5, 0), 1, .registerIsBehind),
      (nonce(2, 0), 1, .registerIsBehind),
      (nonce(.max, .max), 1, .registerIsBehind),
    ] as [(Nonce, UInt64, NonceVerdict)])
  func settled(given: Nonce, own: UInt64, verdict: NonceVerdict) {
    var judge = Self.judge()
    #expect(judge.judge(Self.report(given, own: own), bits: 77) == verdict)
    guard case .accepted = verdict else {
      // Nothing but the stop has changed.
      #expect((judge.newest, judge.answered?.at) == (Self.nonce(1, 6), 100))
      #expect((judge.stop != nil) == [Self.stop(.twice), Self.stop(.old)].contains(verdict))
      return
    }
    #expect(judge.newest == Self.nonce(1, 7, 77) && judge.answered?.at == 200 && judge.answered?.address == "b")
  }

  @Test(
    "a register that was restored takes over what is later than all that it has, and stops what is older",
    arguments: [
      (nonce(1, 7), 1, .accepted(nonce(1, 8, 77))), (nonce(1, 6, 0), 1, .accepted(nonce(1, 7, 77))),
      (nonce(3, 9), 1, .accepted(nonce(3, 10, 77))), (nonce(1, 6), 9, .accepted(nonce(1, 7, 77))),
      (nonce(1, 5), 1, .repeated(nonce(1, 6))), (nonce(1, 4), 1, stop(.old)), (nonce(1, 5), 2, stop(.twice)),
      (nonce(0, 9), 1, .superseded), (nonce(.max, .max), 1, .accepted(nonce(.max, .max, 77))),
    ] as [(Nonce, UInt64, NonceVerdict)])
  func restored(given: Nonce, own: UInt64, verdict: NonceVerdict) {
    var judge = Self.judge(.restored)
    #expect(judge.judge(Self.report(given, own: own), bits: 77) == verdict)
    guard case .accepted = verdict else { return }
    #expect(judge.phase == .settled, "and only once")
    #expect(judge.judge(Self.report(Self.nonce(given.generation, .max, 3)), bits: 78) == .registerIsBehind)
  }

  @Test("a store that was stopped stays so, whatever it presents, until it has another lane", arguments: [4, 5, 6, 7])
  func stopped(number: UInt64) {
    let stop = NonceStop(cause: .twice, addresses: ["a", "b"], since: 1, at: 2)
    var judge = Self.judge(stop: stop)
    #expect(judge.judge(Self.report(Self.nonce(1, number)), bits: 77) == .stopped(stop))
    judge.relane(88)
    #expect(judge.judge(Self.report(Self.nonce(1, number)), bits: 77) == .handedOver(Self.nonce(2, 0, 88)))
    #expect(judge.judge(Self.report(Self.nonce(2, 0, 88)), bits: 99) == .accepted(Self.nonce(2, 1, 99)))
    #expect(judge.stop == nil)
  }

  @Test("a restored register starts a stopped store by a later lease only")
  func stoppedAndRestored() {
    let stop = NonceStop(cause: .old, addresses: ["a", "b"], since: 1, at: 2)
    var judge = Self.judge(.restored, stop: stop)
    #expect(judge.judge(Self.report(Self.nonce(1, 9)), bits: 77) == .stopped(stop))
    #expect(judge.judge(Self.report(Self.nonce(2, 3)), bits: 77) == .accepted(Self.nonce(2, 4, 77)))
    #expect(judge.stop == nil)
  }

  @Test("the new lane goes to the first copy that reports, as often as the answer is lost, and to no other")
  func handOver() {
    var judge = Self.judge()
    judge.relane(88)
    let first = Self.report(Self.nonce(1, 6), own: 1)
    let second = Self.report(Self.nonce(1, 6), own: 2)
    for _ in 0..<3 {
      #expect(judge.judge(first, bits: 1) == .handedOver(Self.nonce(2, 0, 88)))
      #expect(judge.judge(second, bits: 1) == .superseded)
    }
    #expect(judge.judge(Self.report(Self.nonce(2, 0, 88), own: 3), bits: 5) == .accepted(Self.nonce(2, 1, 5)))
    #expect(judge.judge(first, bits: 1) == .superseded)
    #expect(judge.judge(Self.report(Self.nonce(2, 0, 88), own: 4), bits: 5) != .superseded)
  }

  @Test("another store is refused, and changes nothing")
  func otherStore() {
    var judge = Self.judge(.restored)
    let before = judge
    #expect(judge.judge(Self.report(Self.nonce(1, 6), store: "other"), bits: 77) == .otherStore)
    #expect(judge == before)
  }

  @Test("only the last two nonces prove that a store has not gone back")
  func proofs() {
    let judge = Self.judge()
    func proves(_ number: UInt64, own: UInt64 = 1, store: String = Self.store, in judge: NonceJudge = judge) -> Bool {
      judge.proves(PresentedNonce(given: Self.nonce(1, number), own: own), store: store)
    }
    #expect(proves(6) && proves(6, own: 9) && proves(5))
    #expect(!proves(5, own: 2) && !proves(4) && !proves(7) && !proves(6, store: "other"))
    #expect(!judge.proves(nil, store: Self.store))
    #expect(!proves(6, in: Self.judge(stop: NonceStop(cause: .old, addresses: [], since: 1, at: 2))))
    var relaned = judge
    relaned.relane(1)
    #expect(proves(6, in: relaned) && proves(1, in: relaned), "the lane that waits is a new one")
    #expect(!relaned.proves(PresentedNonce(given: Self.nonce(2, 0), own: 1), store: Self.store))
    relaned.joinAgain(2)
    #expect(relaned.phase == .settled && relaned.newest.generation == 3 && relaned.awaitsFirstReport(joinedAt: 0))
    #expect(
      relaned.judge(Self.report(Self.nonce(1, 6)), bits: 1) == .superseded && relaned.awaitsFirstReport(joinedAt: 0))
    let first = Self.report(relaned.newest)
    #expect(relaned.judge(first, bits: 1).isAlarm == false && !relaned.awaitsFirstReport(joinedAt: 0))
  }

  @Test("a lane that waits is given to a store that joins again, and once more to its report that was under way")
  func joinsWhileALaneWaits() {
    var judge = Self.judge()
    judge.relane(1)
    let (report, lease) = (Self.report(Self.nonce(1, 6)), judge.newest)
    #expect(judge.proves(report.presented, store: Self.store))
    #expect(judge.judge(report, bits: 2) == .handedOver(lease) && judge.judge(report, bits: 3) == .handedOver(lease))
    #expect(judge.judge(Self.report(Self.nonce(1, 5)), bits: 4) == .superseded)
    let at = Self.report(lease).at
    #expect(!judge.awaitsFirstReport(joinedAt: at - 1), "two reports are of two copies")
    #expect(judge.awaitsFirstReport(joinedAt: at), "its server may have been given another nonce meanwhile")
    #expect(!judge.judge(Self.report(lease), bits: 5).isAlarm && !judge.awaitsFirstReport(joinedAt: at))
  }

  @Test("a stop names both places, and one when it was restored in place")
  func texts() {
    let two = NonceStop(cause: .twice, addresses: ["10.0.0.1", "10.0.0.2"], since: 1, at: 2).description
    #expect(two.contains("10.0.0.1 and 10.0.0.2") && two.contains("relane"))
    let one = NonceStop(cause: .old, addresses: ["10.0.0.1", "10.0.0.1"], since: 1, at: 2).description
    #expect(one.contains("from 10.0.0.1,") && one.contains("join"))
    #expect(!NonceStop(cause: .old, addresses: [], since: 1, at: 2).description.isEmpty)
  }

  @Test("nonces are read as they were written, and in no other spelling")
  func spelling() throws {
    let nonce = Nonce(generation: 3, number: 17, bits: 0xC0FFEE)
    let presented = PresentedNonce(given: nonce, own: .max)
    #expect(nonce.description == "3.17.0000000000c0ffee")
    #expect(Nonce(nonce.description) == nonce && PresentedNonce(presented.description) == presented)
    for text in [
      "", "3.17", "03.17.0000000000c0ffee", "3.+17.0000000000c0ffee", "3.17.c0ffee", "3.17.0000000000C0FFEE",
      "3.17.0000000000c0ffee.", "4294967296.1.0000000000c0ffee", "-1.17.0000000000c0ffee",
      String(repeating: "1", count: 99),
    ] {
      #expect(Nonce(text) == nil && PresentedNonce(text) == nil, "\(text)")
    }
    #expect(PresentedNonce(nonce.description) == nil)
  }
}
