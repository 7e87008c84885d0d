// SPDX-License-Identifier: Apache-2.0

/// A page of Markdown: its text, the targets of its links, and the anchors that GitHub gives to its headings.
struct MarkdownPage {
  /// The paragraphs, without blocks and spans of code, quoted words and the targets of links.
  let prose: [String]
  let links: [String]
  let anchors: Set<String>

  init(_ text: String) {
    var (blocks, anchors, counts, isCode) = ([""], Set<String>(), [String: Int](), false)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let bare = line.drop { $0 == " " }
      if bare.hasPrefix("```") {
        isCode.toggle()
      } else if isCode {
        continue
      } else if bare.isEmpty {
        blocks.append("")
      } else {
        blocks[blocks.count - 1] += line + "\n"
        guard let heading = line.wholeMatch(of: /#{1,6} +(.*)/) else { continue }
        let anchor = Self.anchor(of: String(heading.1))
        let earlier = counts[anchor, default: 0]
        anchors.insert(earlier == 0 ? anchor : "\(anchor)-\(earlier)")
        counts[anchor] = earlier + 1
      }
    }
    self.anchors = anchors
    let texts = blocks.map { $0.replacing(/`[^`]+`/, with: "") }
    links = texts.flatMap { $0.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) } }
    prose = texts.map { $0.replacing(/\]\([^)]*\)|"[^"\n]*"/, with: "").replacing(/\n */, with: " ") }
  }

  /// The text in small letters, without punctuation, with a hyphen for each blank; of a link its label.
  /// Source: https://docs.github.com/get-started/writing-on-github, "Section links".
  static func anchor(of heading: String) -> String {
    let text = heading.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.1 }.lowercased()
    let kept = text.filter { $0.isLetter || $0.isNumber || "_- ".contains($0) }
    return kept.replacing(" ", with: "-")
  }

  /// Where a relative link of the page at `path` leads, from the project's root; nil if that is outside of it.
  static func resolve(_ link: Substring, from path: String) -> String? {
    var parts = path.split(separator: "/").dropLast()
    for part in link.split(separator: "/") where part != "." {
      if part != ".." {
        parts.append(part)
      } else if parts.popLast() == nil {
        return nil
      }
    }
    return parts.joined(separator: "/")
  }
}
