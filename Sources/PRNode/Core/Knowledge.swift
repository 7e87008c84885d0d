// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a node knows of a tuple: its own rows, and in the `partitioned` numbering what is known of its upstream.
public struct Knowledge: Hashable, Sendable {
  /// The greatest value of the package.
  public var greatest: Revision?
  /// The least and the greatest values of the checksum. Of those that were known above, the ones that belong to another
  /// checksum here are left out.
  public var values: ToldValues
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
    isCurrent = top != nil && own.greatest == top
    kept = own.least
    guard numbering != .bitbake else {
      greatest = top
      values = own
      return
    }
    greatest = [top, try records.greatestAbove(tuple.package), told?.greatest].compactMap(\.self).max()
    let copied = try records.copiedValues(of: tuple)
    let heard = ToldValues(told?.values ?? [], hasMore: told?.hasMore ?? false)
    let above = ToldValues(copied.values + heard.values)
    // An upstream that was restored may have given a value again that belongs to another checksum here.
    var free: [Revision] = []
    for value in above.values where !own.values.contains(value) {
      let isTaken =
        countsCopy ? try records.rival(for: value, of: tuple) != nil : try records.isTaken(value, besides: tuple)
      if !isTaken { free.append(value) }
    }
    values = ToldValues(
      own.values + free, hasMore: own.hasMore || copied.hasMore || heard.hasMore || above.hasMore)
  }

  /// The value that `test-pr` answers.
  public func value(_ history: History) -> Revision? {
    history == .kept ? kept ?? values.least : values.greatest
  }
}
