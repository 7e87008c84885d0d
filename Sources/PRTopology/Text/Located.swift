// SPDX-License-Identifier: Apache-2.0

/// A place in a file. Both count from 1; columns count Unicode scalars.
package struct SourceLocation: Hashable, Comparable, Sendable {
  package let line: Int
  package let column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  static let start = SourceLocation(line: 1, column: 1)

  package static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A value, and where the file says it.
@dynamicMemberLookup
package struct Located<Value> {
  package let value: Value
  package let place: SourceLocation

  package init(_ value: Value, at place: SourceLocation) {
    self.value = value
    self.place = place
  }

  package subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member { value[keyPath: path] }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
