// SPDX-License-Identifier: Apache-2.0

/// A failure that is its own explanation.
package struct UserFacingError: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
