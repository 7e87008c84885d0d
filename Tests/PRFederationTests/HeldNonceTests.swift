// SPDX-License-Identifier: Apache-2.0
import PRFederation
import PRRevision
import Testing

@Suite("The nonce that a member holds")
struct HeldNonceTests {
  private static func nonce(_ generation: UInt32, _ number: UInt64) -> Nonce {
    Nonce(generation: generation, number: number, bits: 1)
  }

  /// Stands at the nonce 4 of the second lease.
  private static func held(_ stop: MintingStop? = nil) -> HeldNonce {
    HeldNonce(presented: PresentedNonce(given: nonce(1, 4), own: 9), stop: stop)
  }

  @Test(
    "an answer moves it on, and one that is late or comes twice does not",
    arguments: [
      (.next(nonce(1, 5)), nonce(1, 5), nil), (.next(nonce(1, 4)), nil, nil), (.next(nonce(1, 3)), nil, nil),
      (.next(nonce(0, 9)), nil, nil), (.next(nonce(2, 0)), nil, nil), (.newLease(nonce(2, 0)), nonce(2, 0), nil),
      (.newLease(nonce(1, 5)), nil, nil), (.newLease(nonce(0, 5)), nil, nil), (.nothing, nil, nil),
      (.stop(.cloned, generation: 1), nonce(1, 4), .cloned),
      (.stop(.superseded, generation: 1), nonce(1, 4), .superseded), (.stop(.cloned, generation: 0), nil, nil),
      (.stop(.cloned, generation: 2), nil, nil),
    ] as [(HeldNonce.Answer, Nonce?, MintingStop?)])
  func answers(answer: HeldNonce.Answer, stored: Nonce?, stop: MintingStop?) {
    var held = Self.held()
    #expect(held.take(answer, own: 7) == (stored != nil))
    #expect(held.presented.given == stored ?? Self.nonce(1, 4))
    #expect(held.presented.own == (held.presented.given == Self.nonce(1, 4) ? 9 : 7))
    #expect(held.stop == stop)
  }

  @Test("a new lease ends a stop, and nothing else does", arguments: MintingStop.allCases)
  func stopped(stop: MintingStop) {
    var held = Self.held(stop)
    #expect(held.take(.stop(stop, generation: 1), own: 7) == false)
    _ = held.take(.next(Self.nonce(1, 5)), own: 7)
    #expect(held.stop == stop)
    #expect(held.take(.newLease(Self.nonce(2, 0)), own: 8) == true)
    #expect(held.stop == nil)
  }

  @Test("a store that is stopped mints nothing, unless its operator says so")
  func minting() {
    #expect(Self.held().minting(keepsMinting: false) == .allowed)
    #expect(Self.held().minting(keepsMinting: true) == .allowed)
    for stop in MintingStop.allCases {
      #expect(Self.held(stop).minting(keepsMinting: false) == .refused(stop))
      let isDespite = Self.held(stop).minting(keepsMinting: true) == .despite(stop)
      #expect(isDespite == (stop != .retired), "what has left stays so")
      #expect(stop.description.contains(stop == .retired ? "invite" : "join"))
    }
  }
}
