// SPDX-License-Identifier: Apache-2.0

/// The secret that opens a status page. No way to print it shows it.
public struct StatusToken: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

extension StatusToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(hidden)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
