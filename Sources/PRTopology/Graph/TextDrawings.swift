// SPDX-License-Identifier: Apache-2.0

/// Pictures that another program draws. Names and descriptions are data there, too: nothing of them is obeyed.
extension Drawing {
  /// Mermaid, such as GitHub and GitLab show in Markdown.
  var mermaid: String {
    var lines = ["---", "title: \(Self.yamlString(title))", "---", "flowchart BT"]
    for (number, row) in rows.enumerated() {
      lines.append("  subgraph r\(number)[\"\(Self.mermaidText(row.label))\"]")
      let alone = row.boxes.filter { box in !stores.contains { $0.boxes.contains(box) } }
      lines += alone.map { "    \(mermaidBox($0))" }
      for (number, store) in stores.enumerated() where store.boxes.contains(where: row.boxes.contains) {
        lines.append("    subgraph s\(number)[\"\(Self.mermaidText(store.label))\"]")
        lines += store.boxes.map { "      \(mermaidBox($0))" }
        lines.append("    end")
      }
      lines.append("  end")
    }
    for link in links {
      let arrow =
        switch link.way {
        case .tls: "==>|TLS|"
        case .plain: "-.->|TCP|"
        case .socket: "-->|socket|"
        }
      lines.append("  n\(link.below) \(arrow) n\(link.above)")
    }
    lines += [
      "  classDef node stroke:#2563eb,stroke-width:2px",
      "  classDef mirror stroke:#7c3aed,stroke-width:2px,stroke-dasharray:6 3",
      "  classDef frozen stroke:#0891b2,stroke-width:4px", "  classDef outside stroke:#64748b,stroke-dasharray:2 3",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private func mermaidBox(_ box: Int) -> String {
    "n\(box)[\"\(Self.mermaidLabel(boxes[box]))\"]:::\(boxes[box].kind.rawValue)"
  }

  private static func mermaidLabel(_ box: Box) -> String {
    ([box.name] + [box.description].compactMap(\.self) + box.badges).map(mermaidText).joined(separator: "<br/>")
  }

  /// Everything but letters, digits and blanks as a number: Mermaid reads Markdown and HTML inside of quotes.
  private static func mermaidText(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      if SourceText.isControl(scalar) { return " " }
      let isPlain =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil || " -/".unicodeScalars.contains(scalar)
      return isPlain ? String(scalar) : "#\(scalar.value);"
    }.joined()
  }

  /// Graphviz.
  var dot: String {
    var lines = [
      "digraph topology {", "  rankdir=BT;", "  label=\(Self.dotString(title));", "  labelloc=t;",
      "  node [shape=box, style=rounded, fontname=\"sans-serif\"];",
    ]
    for (number, box) in boxes.enumerated() {
      let label = ([box.name] + [box.description].compactMap(\.self) + box.badges).joined(separator: "\n")
      let shape =
        switch box.kind {
        case .node: ""
        case .mirror: ", peripheries=2"
        case .frozen: ", style=\"rounded,bold\", color=\"#0891b2\""
        case .outside: ", style=\"rounded,dashed\""
        }
      lines.append("  n\(number) [label=\(Self.dotString(label))\(shape)];")
    }
    for (number, store) in stores.enumerated() {
      lines.append("  subgraph cluster_\(number) {")
      lines += [
        "    label=\(Self.dotString(store.label)); style=rounded; color=\"#2563eb\"; fontname=\"sans-serif\";",
        "    \(Self.sameRank(store.boxes))", "  }",
      ]
    }
    // Graphviz takes a node out of its frame that is also in a rank outside of it.
    let framed = Set(stores.flatMap(\.boxes))
    for row in rows where !row.boxes.allSatisfy(framed.contains) {
      lines.append("  \(Self.sameRank(row.boxes.filter { !framed.contains($0) }))")
    }
    for link in links {
      let style =
        switch link.way {
        case .tls: "color=\"#0f766e\", penwidth=2, label=\"TLS\""
        case .plain: "color=\"#b45309\", style=dashed, label=\"TCP\""
        case .socket: "color=\"#64748b\", style=dotted, label=\"socket\""
        }
      lines.append("  n\(link.below) -> n\(link.above) [\(style)\(link.isSpare ? ", constraint=false" : "")];")
    }
    return lines.joined(separator: "\n") + "\n}\n"
  }

  private static func sameRank(_ boxes: [Int]) -> String {
    "{ rank=same; \(boxes.map { "n\($0);" }.joined(separator: " ")) }"
  }

  private static func dotString(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      // Graphviz reads entities of HTML in plain labels as well.
      case "&": "&amp;"
      default: SourceText.isControl(scalar) ? " " : String(scalar)
      }
    }
    return "\"\(escaped.joined())\""
  }

  /// In quotes of YAML. What HTML would obey goes in as numbers, so that the picture can be pasted into a page.
  private static func yamlString(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar in
      if SourceText.isControl(scalar) { return " " }
      guard "\"\\<>&'`".unicodeScalars.contains(scalar) else { return String(scalar) }
      return "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
    }
    return "\"\(escaped.joined())\""
  }
}
