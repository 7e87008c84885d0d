// SPDX-License-Identifier: Apache-2.0

/// The secret that opens a status page. No way to print it shows it.
package struct StatusToken: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }
}

extension StatusToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { "(hidden)" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
