// SPDX-License-Identifier: Apache-2.0

/// Arguments as Python's argparse takes them, in the form of ours: short options joined to their values and to each other,
/// and long ones cut short.
struct ArgparseArguments {
  /// The long names, without dashes, of those with a value and of those without.
  let valued: [String]
  let flags: [String]
  /// Long names by their letters.
  let letters: [Character: String]

  static let prserv = ArgparseArguments(
    valued: ["file", "log", "loglevel", "host", "port", "upstream", "daemon-report"],
    flags: ["start", "stop", "read-only", "help"],
    letters: ["f": "file", "l": "log", "u": "upstream", "r": "read-only", "h": "help"])

  /// What is not understood is left as it is, to be refused by the parser.
  func rewritten(_ arguments: [String]) -> [String] {
    var result: [String] = []
    var words = arguments[...]
    while let word = words.popFirst() {
      let forms = word.hasPrefix("--") ? long(word) : word.hasPrefix("-") ? short(word) : [word]
      result += forms
      // The value of an option is none itself, whatever it looks like.
      if let last = forms.last, isValued(last), let value = words.popFirst() { result.append(value) }
    }
    return result
  }

  private func isValued(_ word: String) -> Bool { word.hasPrefix("--") && valued.contains(String(word.dropFirst(2))) }

  private func long(_ word: String) -> [String] {
    let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let written = parts.first.map(String.init), !written.isEmpty else { return [word] }
    let fitting = (valued + flags).filter { $0.hasPrefix(written) }
    guard let name = fitting.first(where: { $0 == written }) ?? (fitting.count == 1 ? fitting.first : nil) else {
      return [word]
    }
    return ["--\(name)" + (parts.count > 1 ? "=\(parts[1])" : "")]
  }

  /// `-rfFILE` is `-r -f FILE`, and so is `-rf=FILE`.
  private func short(_ word: String) -> [String] {
    var forms: [String] = []
    var rest = word.dropFirst()
    while let letter = rest.popFirst() {
      guard let name = letters[letter] else { return [word] }
      guard valued.contains(name) else {
        forms.append("--\(name)")
        continue
      }
      if rest.isEmpty { return forms + ["--\(name)"] }
      return forms + ["--\(name)=\(rest.first == "=" ? rest.dropFirst() : rest)"]
    }
    return forms.isEmpty ? [word] : forms
  }
}
