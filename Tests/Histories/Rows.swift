// SPDX-License-Identifier: Apache-2.0

/// The rows of a package on one node, least value first.
package struct Rows: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package let value: Value
    package let checksum: Checksum
  }

  package private(set) var rows: [Row] = []

  package init() {}

  package var greatest: Row? { rows.last }

  package func values(of checksum: Checksum) -> [Value] { rows.filter { $0.checksum == checksum }.map(\.value) }

  package func least(of checksum: Checksum) -> Value? { rows.first { $0.checksum == checksum }?.value }

  package func greatest(of checksum: Checksum) -> Value? { rows.last { $0.checksum == checksum }?.value }

  package func holder(of value: Value) -> Checksum? { rows.last { $0.value == value }?.checksum }

  /// The rows with one more.
  package func adding(_ value: Value, for checksum: Checksum) -> Rows {
    var result = self
    let place = rows.lastIndex { $0.value < value }.map { $0 + 1 } ?? 0
    result.rows.insert(Row(value: value, checksum: checksum), at: place)
    return result
  }

  /// `import-one`, which `partitioned` refuses for a value that another checksum has.
  func placing(_ value: Value, for checksum: Checksum, answer: Answer) -> Step<Rows> {
    let holder = holder(of: value)
    switch answer {
    case .taken: return holder != nil && holder != checksum ? .unchanged : .impossible
    case .value(value): break
    default: return .impossible
    }
    guard let holder else { return .changed(adding(value, for: checksum)) }
    return holder == checksum ? .unchanged : .impossible
  }
}

/// A `lookup` tells all values of a checksum, or the least and the greatest of them where there are many.
enum ToldValues {
  /// So many at each end are always told.
  static let atEachEnd = 8

  static func canTell(_ told: [Value], all: [Value]) -> Bool {
    guard all.count > 2 * atEachEnd, told.count < all.count else { return told == all }
    return told.starts(with: all.prefix(atEachEnd)) && told.suffix(atEachEnd) == all.suffix(atEachEnd)
      && Set(told).isSubset(of: all) && told == told.sorted()
  }
}
