// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Values that were minted while no upstream answered: another node may have another value for the same content.
extension Node {
  /// The name of the alarm that stands while values are minted without the upstream.
  package static let aloneCause = "minted-without-upstream"

  /// - Parameter isFailure: the upstream should have answered.
  func countMintedAlone(isFailure: Bool) {
    let now = now
    let isFirst = log.withLock { $0.mintAlone(at: now) }
    isAlone.store(true, ordering: .releasing)
    guard isFailure, isFirst else { return }
    alarms.raise(
      Self.aloneCause, "values are minted without the upstream",
      advice: "bring the upstream back; until then contents that have a number there get one of this node as well",
      since: now)
  }

  /// The upstream has answered.
  func endAlone() {
    guard isAlone.exchange(false, ordering: .acquiringAndReleasing),
      let alone = log.withLock({ $0.endAlone() })
    else { return }
    alarms.end(Self.aloneCause, saying: alone.summary(at: now))
  }
}
