// SPDX-License-Identifier: Apache-2.0

/// What whoever looks at a status page has to know. However it is printed, it does not tell.
public struct StatusToken: Hashable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }
}

extension StatusToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  public var description: String { "(hidden)" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
