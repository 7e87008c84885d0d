// SPDX-License-Identifier: Apache-2.0
import PRRevision
import Testing

@Suite("The path of a question")
struct QuestionPathTests {
  @Test("it grows by each store, and a store finds itself in it with the way between")
  func circle() {
    let path = QuestionPath.start.passing("a").passing("b").passing("c")
    #expect(path.stores == ["a", "b", "c"])
    #expect(path.circle(at: "a")?.stores == ["a", "b", "c", "a"])
    #expect(path.circle(at: "c")?.stores == ["c", "c"])
    #expect(path.circle(at: "b")?.description == "b -> c -> b")
    #expect(path.circle(at: "d") == nil && QuestionPath.start.circle(at: "a") == nil)
  }

  @Test("a database without an identity adds nothing, and finds nothing")
  func noIdentity() {
    let path = QuestionPath.start.passing("a")
    #expect(path.passing(nil) == path && path.circle(at: nil) == nil)
  }

  @Test("a circle of as many stores as a path may have is found, however long the way to it", arguments: 1...16)
  func circles(length: Int) {
    var path = QuestionPath.start
    for entry in 0..<40 { path = path.passing("entry-\(entry)") }
    for store in 0..<length { path = path.passing("\(store)") }
    #expect(path.stores.count == QuestionPath.maximum)
    let circle = (0..<length).map(String.init) + ["0"]
    #expect(path.circle(at: "0")?.stores == circle && QuestionPath(circle, maximum: QuestionPath.maximum + 1) != nil)
  }

  @Test(
    "more stores, longer ones and empty ones are no path",
    arguments: [
      (Array(repeating: "a", count: 16), true), (Array(repeating: "a", count: 17), false), ([], true), ([""], false),
      ([String(repeating: "a", count: 64)], true), ([String(repeating: "a", count: 65)], false), (["!~"], true),
      (["a b"], false), (["é"], false), (["a\u{1B}[2J"], false), (["\""], false), (["\\"], false),
      (["a", "\u{7F}"], false),
    ] as [([String], Bool)])
  func bounds(stores: [String], isPath: Bool) { #expect((QuestionPath(stores) != nil) == isPath) }
}
