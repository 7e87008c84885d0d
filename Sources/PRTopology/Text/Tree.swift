// SPDX-License-Identifier: Apache-2.0

/// A value of YAML with its place. Of scalars the text is kept: what it means, its reader decides.
struct Tree {
  let content: Content
  let place: Place

  indirect enum Content {
    /// Nothing stands there, or `null`.
    case nothing
    case scalar(String, isQuoted: Bool)
    case list([Tree])
    case map([Entry])
  }

  struct Entry {
    let key: Marked<String>
    let value: Tree
  }

  /// What it is, in a message.
  var kind: String {
    switch content {
    case .nothing: "nothing"
    case .scalar(let text, _): quoted(text)
    case .list: "a list"
    case .map: "a mapping"
    }
  }

  var text: Marked<String>? {
    guard case .scalar(let text, _) = content else { return nil }
    return Marked(text, at: place)
  }
}
