// SPDX-License-Identifier: Apache-2.0

/// What went wrong in a harness, as a sentence.
package struct Failure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
