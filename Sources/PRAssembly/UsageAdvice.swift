// SPDX-License-Identifier: Apache-2.0
import PRWire

/// What to write instead of an option or a command that a tool does not have.
struct UsageAdvice {
  /// By names without dashes: options that other programs have, and what stands for them here.
  let options: [String: String]
  let commands: [String]

  /// - Parameters:
  ///   - text: the parser's message.
  ///   - arguments: those of the command line.
  /// - Returns: the message, with advice where there is some.
  func completed(_ text: String, for arguments: [String]) -> String {
    if let unknown = text.firstMatch(of: /^Unknown option '-{1,2}([a-z-]+)'/), let advice = options[String(unknown.1)] {
      return "\(unknown.0): \(advice)"
    }
    if let unexpected = text.firstMatch(of: /^(?:Unexpected argument|[0-9]+ unexpected arguments:) '([^']+)'/),
      arguments.first == String(unexpected.1)
    {
      let word = String(unexpected.1)
      let hint = Spelling.nearest(to: word, among: commands).map { "; did you mean '\($0)'?" } ?? ""
      return "There is no command '\(word)'\(hint)"
    }
    return text
  }
}
