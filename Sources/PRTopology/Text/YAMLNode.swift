// SPDX-License-Identifier: Apache-2.0

/// A value of YAML with its place. Of scalars the text is kept: what it means, its reader decides.
struct YAMLNode {
  let content: Content
  let place: SourceLocation

  indirect enum Content {
    /// Nothing stands there, or `null`.
    case nothing
    case scalar(String, isQuoted: Bool)
    case list([YAMLNode])
    case map([Entry])
  }

  struct Entry {
    let key: Located<String>
    let value: YAMLNode
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

  var text: Located<String>? {
    guard case .scalar(let text, _) = content else { return nil }
    return Located(text, at: place)
  }
}
