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

  public init<Known: Records>(of tuple: TupleKey, _ numbering: Numbering, in records: Known) throws(Known.Failure) {
    let own = try records.values(of: tuple)
    let top = try records.greatest(of: tuple.package)
    isCurrent = top.map(own.contains) ?? false
    kept = own.min()
    guard numbering != .bitbake else {
      greatest = top
      values = Set(own).sorted()
      return
    }
    greatest = [top, try records.greatestAbove(tuple.package)].compactMap(\.self).max()
    values = Set(own + (try records.copiedValues(of: tuple))).sorted()
  }

  /// The value that `test-pr` answers.
  public func value(_ history: History) -> Revision? {
    history == .kept ? kept ?? values.first : values.last
  }

  /// With what the upstream told just now.
  public func merged(with told: UpstreamAnswer) -> Knowledge {
    var knowledge = self
    knowledge.greatest = [greatest, told.greatest].compactMap(\.self).max()
    knowledge.values = Set(values + told.values).sorted()
    return knowledge
  }
}
