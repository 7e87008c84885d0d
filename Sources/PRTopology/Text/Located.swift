// SPDX-License-Identifier: Apache-2.0

/// A place in a file. Both count from 1; columns count Unicode scalars.
public struct SourceLocation: Hashable, Comparable, Sendable {
  public let line: Int
  public let column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  static let start = SourceLocation(line: 1, column: 1)

  public static func < (left: SourceLocation, right: SourceLocation) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// A value, and where the file says it.
@dynamicMemberLookup
public struct Located<Value> {
  public let value: Value
  public let place: SourceLocation

  public init(_ value: Value, at place: SourceLocation) {
    self.value = value
    self.place = place
  }

  public subscript<Member>(dynamicMember path: KeyPath<Value, Member>) -> Member { value[keyPath: path] }
}

extension Located: Sendable where Value: Sendable {}
extension Located: Equatable where Value: Equatable {}
extension Located: Hashable where Value: Hashable {}
