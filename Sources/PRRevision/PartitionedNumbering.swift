// SPDX-License-Identifier: Apache-2.0

extension Partition {
  /// The `partitioned` rule. Source: docs/numbering.md, "partitioned".
  func decide(_ history: History, local: LocalFacts, upstream: UpstreamView) -> Decision {
    switch (history, local.standing, local.least) {
    case (.none, .current(let value), _) where local.reachesFloor(value): return .answer(value, .current)
    case (.kept, _, let least?): return .answer(least, .kept)
    default: break
    }
    let above: UpstreamFacts
    switch upstream {
    case .none: above = .nothing
    case .unasked: return .askUpstream
    case .facts(let facts): above = facts
    }
    if let value = above.value, mayAdopt(value, history, local) { return .record(value, .adopted) }
    guard isLevelKnown else { return .refuse(.levelUnknown) }
    if let stop { return .refuse(.stopped(stop)) }
    do throws(Revision.Overflow) {
      let known = [local.greatest, above.greatest].compactMap(\.self).max()
      if let floor = local.floor, known.map({ $0 < floor }) ?? true {
        return .record(try mint(above: floor), .aboveFloor)
      }
      return .record(try mint(above: known), reason(local: local, above: above))
    } catch {
      return .refuse(.overflow(error.revision))
    }
  }

  /// Without history an adopted value must also be above everything answered here, and not below the floor.
  private func mayAdopt(_ value: Revision, _ history: History, _ local: LocalFacts) -> Bool {
    guard !local.upstreamValueIsTaken else { return false }
    guard history == .none else { return true }
    return local.reachesFloor(value) && (local.greatest.map { value > $0 } ?? true)
  }

  private func reason(local: LocalFacts, above: UpstreamFacts) -> Reason {
    if above.greatest != nil { return .derived }
    if local.greatest == nil { return .first }
    return local.standing == .unknown ? .next : .renewed
  }

  /// The least value of level + 1 components, in this lane and not below its first number, that is greater than `bound`.
  ///
  /// - Parameter bound: the greatest value known anywhere for the package; nil when there is none.
  func mint(above bound: Revision?) throws(Revision.Overflow) -> Revision {
    let known = bound?.components ?? []
    var components = Array(known.prefix(level))
    // A prefix of `level` components has no more than that.
    components += Array(repeating: 0, count: level - components.count)
    var least: UInt64 = 0
    if known.count > level {
      let (next, overflow) = known[level].addingReportingOverflow(1)
      guard !overflow else { throw Revision.Overflow(revision: Revision(components: known)) }
      least = next
    }
    guard let last = lane.first(from: max(least, from)) else {
      throw Revision.Overflow(revision: Revision(components: components + [max(least, from)]))
    }
    return Revision(components: components + [last])
  }
}
