// SPDX-License-Identifier: Apache-2.0

/// Why a text is not a value of an option.
package struct OptionMistake: Error, Hashable, CustomStringConvertible {
  /// What is right: `it is a number, 1 to 64`.
  package let text: String
  /// The value that was likely meant, as a question.
  package let help: String?

  package init(_ text: String, help: String? = nil) {
    self.text = text
    self.help = help
  }

  package var description: String { text + (help.map { "; \($0)" } ?? "") }
}
