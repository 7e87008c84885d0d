// SPDX-License-Identifier: Apache-2.0

/// The answers of BitBake's own server, four defects mended. Source: docs/numbering.md, "bitbake".
enum BitBakeNumbering {
  static func decide(_ history: History, local: LocalFacts, upstream: UpstreamView) -> Decision {
    if history == .kept, let least = local.least { return .answer(least, .kept) }
    do throws(Revision.Overflow) {
      switch upstream {
      case .none: return try alone(local)
      case .unasked: return .askUpstream
      case .facts(let above): return try below(above, local)
      }
    } catch {
      return .refuse(.overflow(error.revision))
    }
  }

  private static func alone(_ local: LocalFacts) throws(Revision.Overflow) -> Decision {
    if let floor = local.floor, local.greatest.map({ $0 < floor }) ?? true {
      return .record(try floor.next(), .aboveFloor)
    }
    guard let greatest = local.greatest else { return .record(Revision(components: [0]), .first) }
    switch local.standing {
    case .current(let value): return .answer(value, .current)
    case .superseded: return .record(try greatest.next(), .renewed)
    case .unknown: return .record(try greatest.next(), .next)
    }
  }

  private static func below(_ above: UpstreamFacts, _ local: LocalFacts) throws(Revision.Overflow) -> Decision {
    guard let ceiling = above.greatest else { return try alone(local) }
    if local.standing == .unknown {
      if let value = above.value, local.reachesFloor(value) { return .record(value, .adopted) }
      let value = try local.greatestUnderUpstream?.next() ?? ceiling.appending(0)
      guard let floor = local.floor, value <= floor else { return .record(value, .derived) }
      return .record(try max(floor, local.greatest ?? floor).next(), .aboveFloor)
    }
    let own = try alone(local)
    guard let value = own.value, value < ceiling else { return own }
    return above.value == nil ? .record(ceiling.appending(0), .derived) : .record(ceiling, .adopted)
  }
}

extension Decision {
  /// The value that will be answered, if there is one.
  package var value: Revision? {
    switch self {
    case .answer(let value, _), .record(let value, _): value
    case .askUpstream, .refuse: nil
    }
  }
}
