// SPDX-License-Identifier: Apache-2.0

/// A picture that stands alone: no font, script or style from elsewhere; dark where the reader's screen is.
extension Drawing {
  var svg: String {
    let layout = Layout(self)
    let (width, height) = (layout.width, layout.height)
    var parts = [
      #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(width) \#(height)" width="\#(width)" height="\#(height)" role="img" aria-labelledby="title summary">"#,
      #"<title id="title">\#(Markup.escape(title))</title>"#, #"<desc id="summary">\#(Markup.escape(summary))</desc>"#,
      SVGStyle.text, SVGStyle.markers, #"<rect class="ground" width="\#(width)" height="\#(height)" rx="12"/>"#,
      Markup.text("title", 28, 42, title, columns: 70),
    ]
    if let description { parts.append(Markup.text("soft", 28, 66, description, columns: (width - 56) / 7)) }
    for (row, band) in zip(rows, layout.bands) { parts.append(self.band(row, band, width)) }
    for (store, frame) in zip(stores, layout.frames) { parts.append(self.frame(store, frame)) }
    parts += Wires(self, layout).paths
    for (box, corner) in zip(boxes, layout.corners) { parts.append(card(box, corner)) }
    parts.append(legend(y: height - 46, width: width))
    return parts.joined(separator: "\n") + "\n</svg>\n"
  }

  private var summary: String {
    let stories = links.map { link in
      "\(boxes[link.below].name) \(link.way.label) \(boxes[link.above].name)\(link.isSpare ? " when others do not answer" : "")"
    }
    let shared = stores.map { store in
      "\(store.boxes.map { boxes[$0].name }.joined(separator: ", ")): one authority on \(store.label)"
    }
    return ([description].compactMap(\.self) + shared + stories).joined(separator: "; ")
  }

  private func band(_ row: Row, _ band: (y: Int, height: Int), _ width: Int) -> String {
    let middle = band.y + band.height / 2
    return #"<rect class="band" x="12" y="\#(band.y)" width="\#(width - 24)" height="\#(band.height)" rx="10"/>"#
      + Markup.text("row", 28, middle - 2, row.label, columns: 14)
      + Markup.text("small", 28, middle + 16, row.note, columns: 18)
  }

  private func frame(_ store: Store, _ frame: (x: Int, y: Int, width: Int, height: Int)) -> String {
    #"<g class="store"><title>\#(Markup.escape(store.label))</title>"#
      + #"<rect class="frame" x="\#(frame.x)" y="\#(frame.y)" width="\#(frame.width)" height="\#(frame.height)" rx="12"/>"#
      + Markup.text("mono", frame.x + 14, frame.y + 17, store.label, columns: (frame.width - 28) / 6) + "</g>"
  }

  private func card(_ box: Box, _ corner: (x: Int, y: Int)) -> String {
    let (width, height) = Layout.card
    var parts = [#"<g class="\#(box.kind.rawValue)" transform="translate(\#(corner.x) \#(corner.y))">"#]
    parts.append("<title>\(Markup.escape(tooltip(box)))</title>")
    // A mirror is a card with another one behind it.
    if box.kind == .mirror {
      parts.append(#"<rect class="card back" x="6" y="-6" width="\#(width)" height="\#(height)" rx="9"/>"#)
    }
    parts.append(#"<rect class="card" width="\#(width)" height="\#(height)" rx="9"/>"#)
    parts.append(#"<rect class="edge" x="0" y="14" width="4" height="\#(height - 28)" rx="2"/>"#)
    parts.append(Markup.text("name", 16, 27, box.name, columns: box.kind == .frozen ? 18 : 21))
    if box.kind == .frozen { parts.append(SVGStyle.snowflake(x: width - 22, y: 22)) }
    if let description = box.description { parts.append(Markup.text("soft", 16, 46, description, columns: 31)) }
    let shown = box.addresses.prefix(2)
    for (line, address) in shown.enumerated() {
      let more = line == 1 && box.addresses.count > 2 ? " +\(box.addresses.count - 2)" : ""
      let y = (box.description == nil ? 46 : 63) + line * 14
      parts.append(Markup.text("mono", 16, y, Markup.shorten(address, 34 - more.count) + more, columns: 34))
    }
    var x = 12
    for badge in box.badges {
      let wide = Markup.columns(badge) * 6 + 14
      guard x + wide <= width - 8 else { break }
      parts.append(#"<rect class="badge" x="\#(x)" y="\#(height - 24)" width="\#(wide)" height="17" rx="8.5"/>"#)
      parts.append(Markup.text("badgetext", x + 7, height - 12, badge, columns: 30))
      x += wide + 6
    }
    return parts.joined() + "</g>"
  }

  private func tooltip(_ box: Box) -> String {
    ([box.name] + [box.description].compactMap(\.self) + box.addresses + box.badges).joined(separator: "\n")
  }

  private func legend(y top: Int, width: Int) -> String {
    var (x, y) = (28, top)
    var parts: [String] = []
    func entry(_ words: String, _ symbol: (_ x: Int, _ y: Int) -> String) {
      let room = 64 + words.count * 6
      if x > 28, x + room > width - 20 { (x, y) = (28, y + 24) }
      parts.append(symbol(x, y) + Markup.text("small", x + 44, y + 4, words, columns: 40))
      x += room
    }
    for way in Link.Way.allCases where links.contains(where: { $0.way == way }) {
      entry(way.label) { #"<path class="wire \#(way.rawValue)" d="M\#($0) \#($1)h34"/>"# }
    }
    if let spare = links.first(where: \.isSpare) {
      entry("when the preferred one is away") {
        #"<path class="wire \#(spare.way.rawValue) spare" d="M\#($0) \#($1)h34"/>"#
      }
    }
    if !stores.isEmpty {
      entry("one authority on PostgreSQL") {
        #"<rect class="frame" x="\#($0)" y="\#($1 - 8)" width="30" height="16" rx="5"/>"#
      }
    }
    let kinds: [(Box.Kind, String)] = [
      (.mirror, "mirror: answers from its copy"), (.frozen, "frozen: answers from a file"),
      (.outside, "outside of the file"),
    ]
    for (kind, words) in kinds where boxes.contains(where: { $0.kind == kind }) {
      entry(words) { x, y in
        let back = kind == .mirror ? #"<rect class="card back" x="4" y="-4" width="26" height="16" rx="4"/>"# : ""
        return
          #"<g class="\#(kind.rawValue)" transform="translate(\#(x) \#(y - 8))">\#(back)<rect class="card" width="26" height="16" rx="4"/><rect class="edge" y="3" width="3" height="10" rx="1.5"/></g>"#
      }
    }
    return parts.joined()
  }
}

/// The links as curves, each with a place of its own at both of its cards.
private struct Wires {
  let paths: [String]

  init(_ drawing: Drawing, _ layout: Layout) {
    let (width, height) = Layout.card
    let corners = layout.corners
    var above: [Int: [Int]] = [:]
    var below: [Int: [Int]] = [:]
    for (number, link) in drawing.links.enumerated() {
      above[link.below, default: []].append(number)
      below[link.above, default: []].append(number)
    }
    // From left to right at both ends, so that they cross as little as can be.
    for key in above.keys {
      above[key]?.sort { corners[drawing.links[$0].above].x < corners[drawing.links[$1].above].x }
    }
    for key in below.keys {
      below[key]?.sort { corners[drawing.links[$0].below].x < corners[drawing.links[$1].below].x }
    }
    func port(_ link: Int, of all: [Int]?) -> Int {
      guard let all, all.count > 1, let place = all.firstIndex(of: link) else { return width / 2 }
      let step = min(22, (width - 60) / (all.count - 1))
      return width / 2 + place * step - (all.count - 1) * step / 2
    }
    paths = drawing.links.enumerated().map { number, link in
      let (from, to) = (corners[link.below], corners[link.above])
      let (x, y) = (from.x + port(number, of: above[link.below]), from.y)
      let (endX, endY) = (to.x + port(number, of: below[link.above]), to.y + height + 7)
      let bend = max(24, abs(y - endY) / 2)
      let names = Markup.escape("\(drawing.boxes[link.below].name) \(link.way.label) \(drawing.boxes[link.above].name)")
      return
        #"<path class="wire \#(link.way.rawValue)\#(link.isSpare ? " spare" : "")" marker-end="url(#\#(link.way.rawValue)-end)" d="M\#(x) \#(y)C\#(x) \#(y - bend) \#(endX) \#(endY + bend) \#(endX) \#(endY)"><title>\#(names)</title></path>"#
    }
  }
}
