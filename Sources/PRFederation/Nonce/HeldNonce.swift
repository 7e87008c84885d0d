// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The member's side: the nonce that it holds, and whether it mints.
///
/// Each change is stored with one synced write before the next report, the lease that came with it in the same write.
/// An answer that comes by a connection which has ended is dropped.
package struct HeldNonce: Hashable, Sendable {
  /// What the next report presents.
  package private(set) var presented: PresentedNonce
  /// Why it mints nothing; nil while it may.
  package private(set) var stop: MintingStop?

  /// What an answer says of the nonce.
  package enum Answer: Hashable, Sendable {
    case next(Nonce)
    /// With a new lease.
    case newLease(Nonce)
    /// In this generation.
    case stop(MintingStop, generation: UInt32)
    /// The authority's register is behind.
    case nothing
  }

  /// What a member may do about a tuple that has no value yet.
  package enum Minting: Hashable, Sendable {
    case allowed
    /// By `--keep-minting`, with an alarm that stays.
    case despite(MintingStop)
    case refused(MintingStop)
  }

  /// With a lease that came by joining.
  ///
  /// - Parameter own: random.
  package init(given: Nonce, own: UInt64) { presented = PresentedNonce(given: given, own: own) }

  /// As it stands in a table.
  package init(presented: PresentedNonce, stop: MintingStop?) {
    self.presented = presented
    self.stop = stop
  }

  /// Takes an answer. One that comes late, or twice, changes nothing: a second own number for one nonce would look like
  /// a second store.
  ///
  /// - Parameter own: random.
  /// - Returns: whether there is anything to store.
  package mutating func take(_ answer: Answer, own: UInt64) -> Bool {
    let held = presented.given
    switch answer {
    case .next(let nonce):
      guard nonce.generation == held.generation, nonce.number > held.number else { return false }
      presented = PresentedNonce(given: nonce, own: own)
    case .newLease(let nonce):
      guard nonce.generation > held.generation else { return false }
      (presented, stop) = (PresentedNonce(given: nonce, own: own), nil)
    case .stop(let cause, let generation):
      guard generation == held.generation, stop != cause else { return false }
      stop = cause
    case .nothing: return false
    }
    return true
  }

  /// The member is leaving: it mints nothing more, until it has a lease again.
  package mutating func retire() { stop = .retired }

  /// - Parameter keepsMinting: the operator overrides a stop.
  package func minting(keepsMinting: Bool) -> Minting {
    guard let stop else { return .allowed }
    return keepsMinting && stop != .retired ? .despite(stop) : .refused(stop)
  }
}

extension NonceVerdict {
  /// What the answer to a report says.
  package func answer(to presented: PresentedNonce) -> HeldNonce.Answer {
    switch self {
    case .accepted(let nonce), .repeated(let nonce): .next(nonce)
    case .handedOver(let nonce): .newLease(nonce)
    case .stopped: .stop(.cloned, generation: presented.given.generation)
    case .superseded: .stop(.superseded, generation: presented.given.generation)
    case .otherStore, .registerIsBehind: .nothing
    }
  }
}
