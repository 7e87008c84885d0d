// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRFederation
import Testing

@testable import PRStatus

@Suite("A federation on the page")
struct FederationPageTests {
  /// A box of the picture.
  private struct Box {
    let x, y, width, height: Int

    func overlaps(_ other: Box) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
  }

  private static func boxes(_ html: String) throws -> [Box] {
    try html.matches(of: /transform="translate\((\d+) (\d+)\)"[\s\S]*?<rect width="(\d+)" height="(\d+)"/).map {
      Box(
        x: try #require(Int($0.1)), y: try #require(Int($0.2)), width: try #require(Int($0.3)),
        height: try #require(Int($0.4)))
    }
  }

  @Test("a label ends in an ellipsis where it has no room, and has room to the last letter where it fits")
  func labels() {
    let label = LabelWidth(size: 10, room: 40)
    #expect(label.fitted("") == "" && label.fitted("pune") == "pune")
    #expect(label.fitted("iiiiiiiiiii") == "iiiiiiiiiii", "38.5 of 40")
    #expect(label.fitted("iiiiiiiiiiii") == "iiiiiiii…")
    #expect(label.fitted("mmmm") == "mm…" && label.fitted("\u{1F600}\u{1F600}\u{1F600}\u{1F600}").count == 3)
  }

  @Test("a box says what is wrong, and not by its colour alone")
  func words() {
    var member = FederationReport.Entry(name: "a", parent: nil, kind: .site, state: .joined)
    (member.level, member.lane) = (2, "1/256")
    #expect(member.boxWords == "level 2, lane 1/256")
    member.alarms = ["clock"]
    #expect(member.boxWords == "level 2, 1 alarm")
    let words: [(FederationReport.State, String)] = [
      (.stopped, "level 2, mints nothing"), (.absent, "not seen for an hour"), (.retiring, "level 2, retiring"),
      (.revoked, "revoked"), (.invited, "invited"), (.above, "level 2, lane 1/256"),
    ]
    for (state, text) in words {
      member.state = state
      #expect(member.boxWords == text)
    }
  }

  @Test(
    "each node has one box inside the picture, on no other, and one row of the table", arguments: MadeUpFederation.sizes
  )
  func whole(count: Int) throws {
    let page = MadeUpFederation.page(of: count)
    let html = page.html.text
    let boxes = try Self.boxes(html)
    #expect(boxes.count == count)
    let size = try #require(html.firstMatch(of: /<svg viewBox="0 0 (\d+) (\d+)" width/))
    let (width, height) = (try #require(Int(size.1)), try #require(Int(size.2)))
    for (index, box) in boxes.enumerated() {
      #expect(box.x + box.width <= width && box.y + box.height <= height)
      #expect(!boxes[(index + 1)...].contains { $0.overlaps(box) })
    }
    #expect(html.matches(of: /<td data-label="state">/).count == count)
    for member in try #require(page.report.federation).members {
      #expect(html.components(separatedBy: "<title>\(member.name): ").count == 2, "\(member.name)")
    }
    // For the test in a browser, which looks at what no test here can see.
    guard let folder = ProcessInfo.processInfo.environment["HEADWATER_PAGES"] else { return }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try html.write(toFile: "\(folder)/federation-\(count).html", atomically: true, encoding: .utf8)
  }
}
