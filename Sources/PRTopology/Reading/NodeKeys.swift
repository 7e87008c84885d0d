// SPDX-License-Identifier: Apache-2.0
import PRWire

/// The keys of a node. Those whose value is one word are those of the table of options.
enum NodeKeys {
  /// Keys that are read as they need it, by ``NodeReader``.
  static let structured = ["description", "host", "role", "listen", "upstream", "rights"]

  /// In the order of the table.
  static let all: [(key: String, option: OptionDefinition)] = ServeOptions.all.compactMap { option in
    guard case .word(let key) = option.key else { return nil }
    return (key, option)
  }

  // The table is the program's own; a key that stands twice in it ends the first test.
  static let byKey = Dictionary(uniqueKeysWithValues: all.map { ($0.key, $0.option) })

  /// Keys that hold keys of their own.
  static let groups = all.reduce(into: [String]()) { groups, entry in
    guard let end = entry.key.firstIndex(of: ".") else { return }
    let group = String(entry.key[..<end])
    if !groups.contains(group) { groups.append(group) }
  }

  /// The keys below a group, or with nil all that a node has.
  static func names(in group: String?) -> [String] {
    guard let group else { return structured + groups + all.map(\.key).filter { !$0.contains(".") } }
    return all.map(\.key).filter { $0.hasPrefix(group + ".") }.map { String($0.dropFirst(group.count + 1)) }
  }
}
