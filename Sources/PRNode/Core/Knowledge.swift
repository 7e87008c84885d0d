// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a node knows of a tuple: its own rows, and in the `partitioned` numbering what is known of its upstream.
public struct Knowledge: Hashable, Sendable {
  /// The greatest value of the package.
  public var greatest: Revision?
  /// The values of the checksum, least first, each once.
  public var values: [Revision]
  /// The checksum holds the greatest own value: nobody else need be asked.
  public var isCurrent: Bool
  /// The least own value of the checksum: what history keeps, whatever a copy learns later.
  private let kept: Revision?

  /// - Parameters:
  ///   - countsCopy: copied rows count as the node's own: it stores no answers.
  ///   - told: what the upstream told just now; it may not be in the copy yet.
  public init<Known: Records>(
    of tuple: TupleKey, _ numbering: Numbering, countsCopy: Bool = false, told: UpstreamAnswer? = nil, in records: Known
  ) throws(Known.Failure) {
    let own = try records.values(of: tuple)
    let top = try records.greatest(of: tuple.package)
    isCurrent = top.map(own.contains) ?? false
    kept = own.min()
    guard numbering != .bitbake else {
      greatest = top
      values = Set(own).sorted()
      return
    }
    greatest = [top, try records.greatestAbove(tuple.package), told?.greatest].compactMap(\.self).max()
    var above = Set(try records.copiedValues(of: tuple) + (told?.values ?? [])).subtracting(own)
    // An upstream that was restored may have given a value again that belongs to another checksum here.
    for value in above {
      let isTaken =
        countsCopy ? try records.rival(for: value, of: tuple) != nil : try records.isTaken(value, besides: tuple)
      if isTaken { above.remove(value) }
    }
    values = above.union(own).sorted()
  }

  /// The value that `test-pr` answers.
  public func value(_ history: History) -> Revision? {
    history == .kept ? kept ?? values.first : values.last
  }
}
