// SPDX-License-Identifier: Apache-2.0
import PRFederation

/// A federation as a tree that grows to the right: a level is a column, and each member without members below has a row. So it
/// keeps the width of a page with hundreds of members.
struct FederationDrawing {
  let part: FederationReport

  private static let box = (width: 200, height: 40)
  private static let step = (x: 244, y: 48)
  private static let margin = 6
  /// Where the texts of a box begin.
  private static let indent = 29
  /// A tree of more rows is not seen whole: a member stands in the row of the first one below it, and not in the middle.
  private static let rowsInView = 12

  var html: HTML {
    let trees = part.trees
    let rows = trees.reduce(0) { $0 + $1.rows }
    let depth = trees.map(\.depth).max() ?? 1
    let width = (depth - 1) * Self.step.x + Self.box.width + 2 * Self.margin
    let height = (max(rows, 1) - 1) * Self.step.y + Self.box.height + 2 * Self.margin
    var (top, shapes) = (0, HTML.nothing)
    for tree in trees {
      shapes = shapes + draw(tree, column: 0, top: top).html
      top += tree.rows
    }
    return """
      <div class="scroll long tree" tabindex="0" role="region" aria-label="Tree of the federation"><svg viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img" aria-label="The tree of \(part.name); the table below has the same members">\(shapes)</svg></div>
      """
  }

  /// - Returns: the shapes, and the middle of the member's box.
  private func draw(
    _ branch: FederationReport.Branch, column: Int, top: Int
  ) -> (html: HTML, middle: Int) {
    var (row, middles, below) = (top, [Int](), HTML.nothing)
    for next in branch.branches {
      let drawn = draw(next, column: column + 1, top: row)
      below = below + drawn.html
      middles.append(drawn.middle)
      row += next.rows
    }
    let own = Self.margin + top * Self.step.y + Self.box.height / 2
    let first = middles.first ?? own
    let middle = branch.rows > Self.rowsInView ? first : (first + (middles.last ?? own)) / 2
    let left = Self.margin + column * Self.step.x
    let (from, to) = (left + Self.box.width, left + Self.step.x)
    let bend = (from + to) / 2
    let wires = middles.map { other -> HTML in
      "<path class=\"wire\" d=\"M\(from) \(middle)C\(bend) \(middle) \(bend) \(other) \(to) \(other)\"/>"
    }
    return (wires.joined() + box(branch.member, x: left, y: middle - Self.box.height / 2) + below, middle)
  }

  private func box(_ member: FederationReport.Entry, x: Int, y: Int) -> HTML {
    let here: HTML = member.isHere ? " here" : ""
    let shape: HTML = """
      <g class="member \(member.tone)\(here)" transform="translate(\(x) \(y))"><title>\(member.name): \(member.words)</title>
      <rect width="\(Self.box.width)" height="\(Self.box.height)" rx="9"/><circle cx="15" cy="20" r="4.5"/>
      <text class="name" x="\(Self.indent)" y="17">\(Self.name.fitted(member.name))</text><text class="sub" x="\(Self.indent)" y="32">\(Self.sub.fitted(member.boxWords))</text></g>
      """
    guard let page = member.link else { return shape }
    return "<a href=\"\(page)\">\(shape)</a>"
  }

  private static let name = LabelWidth(size: 13, room: Double(box.width - indent - 8))
  private static let sub = LabelWidth(size: 11, room: Double(box.width - indent - 8))
}

extension FederationReport.Entry {
  /// The class of its colour.
  var tone: HTML {
    switch state {
    case .stopped, .revoked: "bad"
    case .absent, .retiring, .invited: "warn"
    case .joined: alarms.isEmpty ? "good" : "warn"
    case .above, .retired: "quiet"
    }
  }

  /// Its state, for a person.
  var words: String {
    switch state {
    case .joined: alarms.isEmpty ? "in order" : alarms.count == 1 ? "1 alarm" : "\(alarms.count) alarms"
    case .absent: "not seen for an hour"
    case .stopped: "cloned or restored: mints nothing"
    case .retiring: "retiring"
    case .retired: "retired"
    case .revoked: "revoked"
    case .above: "above"
    case .invited: "invited"
    }
  }

  /// Where it stands, or what is wrong with it: a colour alone says nothing to many.
  var boxWords: String {
    let level = level.map { "level \($0), " } ?? ""
    switch state {
    case .joined where alarms.isEmpty, .above: return place
    case .joined, .retiring: return level + words
    case .stopped: return level + "mints nothing"
    case .absent, .retired, .revoked, .invited: return words
    }
  }

  /// Where it stands, in as few letters as a box has room for.
  var place: String {
    let lane = lane.map { "lane \($0)" } ?? (kind == .site ? "" : kind.rawValue)
    return [level.map { "level \($0)" } ?? "", lane].filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// A page that a browser may open: a member sends any text.
  var link: String? {
    guard let page, page.wholeMatch(of: /https?:\/\/[A-Za-z0-9.:\[\]-]+\/?/) != nil else { return nil }
    return page
  }
}
