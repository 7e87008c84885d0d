// SPDX-License-Identifier: Apache-2.0

/// The values of a checksum that one node tells another: the least and the greatest.
///
/// The `partitioned` rule reads the greatest value only. `test-pr` with history and a prediction read the least and the
/// greatest that no other checksum holds at the asker. So an answer has a bounded size, however many values a checksum
/// has. Source: docs/protocol.md, "lookup".
package struct ToldValues: Hashable, Sendable {
  /// How many values are kept from each end.
  package static let maximumOfEachEnd = 8

  /// Ascending, each value once.
  package let values: [Revision]
  /// More values exist than these.
  package let hasMore: Bool

  package static let none = ToldValues([])

  @inlinable
  package var least: Revision? { values.first }
  @inlinable
  package var greatest: Revision? { values.last }
  @inlinable
  package var isEmpty: Bool { values.isEmpty }

  /// Takes the values of both ends. The time is linear in the number of values, whatever their order.
  ///
  /// - Parameters:
  ///   - known: the values in any order.
  ///   - hasMore: more values exist than `known` has.
  package init(_ known: some Sequence<Revision>, hasMore: Bool = false) {
    var least: [Revision] = []
    var greatest: [Revision] = []
    var leftOut = hasMore
    for value in known {
      leftOut = Self.keep(value, in: &least, precedes: <) || leftOut
      _ = Self.keep(value, in: &greatest, precedes: >)
    }
    let middle = least.last
    let rest = greatest.reversed().filter { value in middle.map { $0 < value } ?? true }
    values = least + rest
    // What left the lower end may stand in the upper one.
    self.hasMore = hasMore || (leftOut && Self.isAnyOutside(known, least, rest))
  }

  /// - Returns: whether a value was left out.
  private static func keep(
    _ value: Revision, in end: inout [Revision], precedes: (Revision, Revision) -> Bool
  ) -> Bool {
    if let last = end.last, end.count == maximumOfEachEnd, !precedes(value, last) { return value != last }
    let place = end.firstIndex { !precedes($0, value) } ?? end.count
    guard place == end.count || end[place] != value else { return false }
    end.insert(value, at: place)
    guard end.count > maximumOfEachEnd else { return false }
    end.removeLast()
    return true
  }

  private static func isAnyOutside(_ known: some Sequence<Revision>, _ least: [Revision], _ rest: [Revision]) -> Bool {
    guard let low = least.last, let high = rest.first else { return false }
    return known.contains { $0 > low && $0 < high }
  }
}
