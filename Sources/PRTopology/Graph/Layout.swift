// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where everything is in the picture, in pixels.
struct Layout {
  static let card = (width: 232, height: 112)
  static let gutter = 116
  private static let gap = 26
  private static let between = 84
  private static let margin = 28
  private static let head = 92
  /// From a frame's upper edge to the cards in it, and from the cards to its other edges.
  static let frame = (head: 26, edge: 8)

  let width: Int
  let height: Int
  /// The upper left corner of each box.
  let corners: [(x: Int, y: Int)]
  /// The upper edge of each row's band, and its height.
  let bands: [(y: Int, height: Int)]
  /// The frame of each store.
  let frames: [(x: Int, y: Int, width: Int, height: Int)]

  init(_ drawing: Drawing) {
    let columns = Columns(drawing)
    let step = Self.card.width + Self.gap
    var corners = Array(repeating: (x: 0, y: 0), count: drawing.boxes.count)
    var bands: [(y: Int, height: Int)] = []
    var y = Self.head
    let framed = Set(drawing.stores.flatMap(\.boxes))
    for row in drawing.rows {
      let room = row.boxes.contains(where: framed.contains) ? Self.frame.head : 0
      bands.append((y, Self.card.height + Self.margin + room))
      for box in row.boxes {
        corners[box] = (
          Self.margin + Self.gutter + Int(clamping: columns.position[box] * Double(step)), y + Self.margin / 2 + room
        )
      }
      y += Self.card.height + Self.between + room
    }
    frames = drawing.stores.map { store in
      let lefts = store.boxes.map { corners[$0].x }
      let (left, right) = (lefts.min() ?? 0, lefts.max() ?? 0)
      let top = store.boxes.first.map { corners[$0].y } ?? 0
      return (
        left - Self.frame.edge, top - Self.frame.head, right - left + Self.card.width + 2 * Self.frame.edge,
        Self.card.height + Self.frame.head + Self.frame.edge
      )
    }
    let right = corners.map { $0.x + Self.card.width }.max() ?? 0
    self.corners = corners
    self.bands = bands
    width = max(right + Self.margin + 10, 820)
    height = y - Self.between + Self.margin + 74
  }
}

/// Boxes from left to right: a node without nodes below gets a column of its own below its upstream, and an upstream stands
/// over the middle of the nodes that prefer it.
private struct Columns {
  private(set) var position: [Double]
  private var next = 0.0
  private let below: [[Int]]

  init(_ drawing: Drawing) {
    var below: [[Int]] = Array(repeating: [], count: drawing.boxes.count)
    var asks = Set<Int>()
    for link in drawing.links where !link.isSpare {
      below[link.above].append(link.below)
      asks.insert(link.below)
    }
    self.below = below
    position = Array(repeating: 0, count: drawing.boxes.count)
    for box in drawing.rows.flatMap(\.boxes) where !asks.contains(box) { place(box) }
  }

  /// At most 16 deep, as levels are.
  private mutating func place(_ box: Int) {
    guard let first = below[box].first, let last = below[box].last else {
      position[box] = next
      next += 1
      return
    }
    for downstream in below[box] { place(downstream) }
    position[box] = (position[first] + position[last]) / 2
  }
}
