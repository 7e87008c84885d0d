// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// What a node has of a tuple: its own rows, and in the `partitioned` numbering what is known of its upstream.
struct KnownValues: Hashable, Sendable {
  /// The greatest value of the package, its floor included.
  var greatest: Revision?
  /// The least and the greatest values of the checksum. Values of the upstream that belong to another checksum here are
  /// left out.
  var values: ToldValues
  /// The checksum holds the greatest own value, which is not below the floor: the upstream need not be asked.
  var isCurrent: Bool
  /// The least own value of the checksum: what history keeps, whatever a copy learns later.
  private let kept: Revision?

  /// - Parameters:
  ///   - countsCopy: copied rows count as the node's own: it stores no answers.
  ///   - answer: the upstream's, which may not be in the copy yet.
  init<Known: Records>(
    of tuple: TupleKey, _ numbering: Numbering, countsCopy: Bool = false, answer: UpstreamAnswer? = nil,
    in records: Known
  ) throws(Known.Failure) {
    let own = try records.values(of: tuple)
    let top = try records.greatest(of: tuple.package)
    let floor = try records.floor(of: tuple.package)
    isCurrent = top.map { top in own.greatest == top && (floor.map { top >= $0 } ?? true) } ?? false
    kept = own.least
    guard numbering != .bitbake else {
      greatest = [top, floor].compactMap(\.self).max()
      values = own
      return
    }
    greatest = [top, floor, try records.greatestAbove(tuple.package), answer?.greatest].compactMap(\.self).max()
    let copied = try records.copiedValues(of: tuple)
    let answered = ToldValues(answer?.values ?? [], hasMore: answer?.hasMore ?? false)
    let above = ToldValues(copied.values + answered.values)
    // An upstream that was restored may have given a value again that belongs to another checksum here.
    var free: [Revision] = []
    for value in above.values where !own.values.contains(value) {
      let isTaken =
        countsCopy ? try records.rival(for: value, of: tuple) != nil : try records.isTaken(value, besides: tuple)
      if !isTaken { free.append(value) }
    }
    values = ToldValues(
      own.values + free, hasMore: own.hasMore || copied.hasMore || answered.hasMore || above.hasMore)
  }

  /// The value that `test-pr` answers.
  func value(_ history: History) -> Revision? {
    history == .kept ? kept ?? values.least : values.greatest
  }
}
