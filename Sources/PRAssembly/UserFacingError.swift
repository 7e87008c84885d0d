// SPDX-License-Identifier: Apache-2.0

/// A failure that is its own explanation.
public struct UserFacingError: Error, CustomStringConvertible {
  public let description: String

  public init(_ description: String) { self.description = description }
}
