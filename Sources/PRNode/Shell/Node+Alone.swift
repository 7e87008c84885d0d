// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Values that were minted while no upstream answered: another node may have another value for the same content.
extension Node {
  /// The name of the alarm that stands while values are minted without the upstream.
  public static let aloneCause = "minted-without-upstream"

  func mintedAlone(_ reason: Reason) {
    guard reason.isMinting else { return }
    let alone = log.withLock { $0.mintAlone(at: now) }
    isAlone.store(true, ordering: .releasing)
    // Under the policy offline no upstream is asked: its absence is no news.
    guard asked != nil, alone.values == 1 else { return }
    alarms.raise(
      Self.aloneCause, "values are minted without the upstream",
      advice: "bring the upstream back; until then contents that have a number there get one of this node as well",
      since: alone.since)
  }

  /// The upstream has answered.
  func endAlone() {
    guard isAlone.exchange(false, ordering: .acquiringAndReleasing),
      let alone = log.withLock({ $0.endAlone() })
    else { return }
    let values = alone.values == 1 ? "1 value was" : "\(alone.values) values were"
    let seconds = max(now - alone.since, 0) / 1000
    alarms.end(Self.aloneCause, saying: "\(values) minted without the upstream in \(seconds) s")
  }
}
