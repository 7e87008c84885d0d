// SPDX-License-Identifier: Apache-2.0
import PRAssembly
import PRWire

/// For `transform:` — a value that cannot be read is refused with its form.
extension TimeSpan {
  @Sendable static func parse(_ text: String) throws -> TimeSpan { try OptionForm.time.argument(text) }
}

extension Endpoint {
  /// The address of a status page.
  @Sendable static func parsePage(_ text: String) throws -> Endpoint { try OptionForm.page.argument(text) }
}
