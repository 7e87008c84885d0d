// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What differs between two releases, found while both are read in the order of their keys. Memory holds the values of one content,
/// however large they are.
package struct ReleaseComparison: Sendable {
  package private(set) var counts = ReleaseCounts()
  private var merge = ReleaseMerge()
  private var package: PackageState?
  /// A place that belongs to the package behind the one that has just ended.
  private var waiting: ReleaseMerge.Step?

  package init() {}

  package enum Step: Hashable, Sendable {
    /// Supply more of this side.
    case needs(ReleaseSide)
    case found(ReleaseDifference)
    case finished
  }

  /// - Parameter entries: the next ones of a side, in their order; none when there are no more.
  package mutating func supply(_ entries: [ReleaseEntry], to side: ReleaseSide) { merge.supply(entries, to: side) }

  package mutating func next() -> Step {
    while true {
      let step = waiting ?? merge.next()
      waiting = nil
      switch step {
      case .needs(let side): return .needs(side)
      case .finished:
        guard let difference = endPackage() else { return .finished }
        return .found(difference)
      case .place(let place, let old, let new):
        if package.map({ $0.key != place.package }) == true, let difference = endPackage() {
          waiting = step
          return .found(difference)
        }
        if let difference = take(place, old, new) { return .found(difference) }
      }
    }
  }

  private mutating func take(_ place: ReleasePlace, _ old: [String], _ new: [String]) -> ReleaseDifference? {
    var state = package ?? PackageState(key: place.package)
    let difference =
      switch place {
      case .floor(let key): compareFloors(of: key, old, new)
      case .content(let tuple): compareContents(of: tuple, old, new)
      }
    if case .content = place {
      state.old.include(old)
      state.new.include(new)
    }
    state.differs = state.differs || difference != nil
    package = state
    return difference
  }

  private mutating func compareFloors(of key: PackageKey, _ old: [String], _ new: [String]) -> ReleaseDifference? {
    let (old, new) = (old.compactMap { Revision($0) }.max(), new.compactMap { Revision($0) }.max())
    if old != nil { counts.old.floors += 1 }
    if new != nil { counts.new.floors += 1 }
    switch (old, new) {
    case (nil, nil): return nil
    case (nil, _?): counts.floors.added += 1
    case (_?, nil): counts.floors.gone += 1
    case (let old?, let new?) where old < new: counts.floors.raised += 1
    case (let old?, let new?) where new < old: counts.floors.lowered += 1
    case (_?, _?): return nil
    }
    return .floor(key, old: old, new: new)
  }

  private mutating func compareContents(of tuple: TupleKey, _ old: [String], _ new: [String]) -> ReleaseDifference? {
    if old.elementsEqual(new, by: { $0.utf8.elementsEqual($1.utf8) }) { return nil }
    let (before, after) = (old.map(ComparedValue.init), new.map(ComparedValue.init))
    switch (old.isEmpty, new.isEmpty) {
    case (true, _): counts.contents.added += 1
    case (_, true): counts.contents.gone += 1
    case (false, false):
      guard Set(before) != Set(after) else { return nil }
      counts.contents.changed += 1
    }
    return .content(tuple, old: before.ordered, new: after.ordered)
  }

  private mutating func endPackage() -> ReleaseDifference? {
    guard let state = package else { return nil }
    package = nil
    counts.old.packages += state.old.contents > 0 ? 1 : 0
    counts.new.packages += state.new.contents > 0 ? 1 : 0
    counts.old.contents += state.old.contents
    counts.new.contents += state.new.contents
    guard state.differs else {
      counts.samePackages += 1
      return nil
    }
    switch state.change {
    case .lowered: counts.packages.lowered += 1
    case .gone: counts.packages.gone += 1
    case .raised: counts.packages.raised += 1
    case .added: counts.packages.added += 1
    case .kept: counts.keptPackages += 1
    }
    return .package(
      PackageDifference(
        package: state.key, change: state.change, old: state.old.greatest, new: state.new.greatest,
        oldContents: state.old.contents, newContents: state.new.contents))
  }
}

/// What has been seen of a package.
private struct PackageState: Sendable {
  let key: PackageKey
  var old = Side()
  var new = Side()
  var differs = false

  struct Side: Sendable {
    var contents = 0
    var greatest: Revision?

    mutating func include(_ values: [String]) {
      guard !values.isEmpty else { return }
      contents += 1
      for value in values {
        guard let value = Revision(value), greatest.map({ $0 < value }) ?? true else { continue }
        greatest = value
      }
    }
  }

  /// A package whose rows have no revision counts as one below all values.
  var change: PackageChange {
    switch (old.contents > 0, new.contents > 0) {
    case (false, true): return .added
    case (true, false): return .gone
    case (false, false): return .kept  // only its floor differs
    case (true, true): break
    }
    switch (old.greatest, new.greatest) {
    case (nil, _?): return .raised
    case (_?, nil): return .lowered
    case (let old?, let new?) where old < new: return .raised
    case (let old?, let new?) where new < old: return .lowered
    default: return .kept
    }
  }
}

/// Two spellings of one number are one value.
private enum ComparedValue: Hashable {
  case revision(Revision)
  case text([UInt8])

  init(_ value: String) { self = Revision(value).map { .revision($0) } ?? .text(Array(value.utf8)) }

  var text: String {
    switch self {
    case .revision(let revision): revision.text
    case .text(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}

extension [ComparedValue] {
  /// Each value once: numbers in their order, and in front of them what is none.
  fileprivate var ordered: [String] {
    var seen = Set<ComparedValue>()
    return filter { seen.insert($0).inserted }.sorted { left, right in
      switch (left, right) {
      case (.revision(let left), .revision(let right)): left < right
      case (.text(let left), .text(let right)): left.lexicographicallyPrecedes(right)
      case (.text, .revision): true
      case (.revision, .text): false
      }
    }.map(\.text)
  }
}
