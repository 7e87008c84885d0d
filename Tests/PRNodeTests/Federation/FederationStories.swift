// SPDX-License-Identifier: Apache-2.0
import Testing

/// Stories that random federations led to, told shortly.
@Suite("Stories of federations")
struct FederationStories {
  private func get(_ checksum: String, kept: Bool = false) -> Question {
    Question(kind: .get, package: "p", checksum: checksum, isKept: kept)
  }

  private func test(_ checksum: String, kept: Bool = false) -> Question {
    Question(kind: .test, package: "p", checksum: checksum, isKept: kept)
  }

  /// Headquarters, a site below it, a team below that.
  private static let line = FederationShape(parents: [nil, 0, 1])

  @Test("a leaf adopts the root's value through a site that was never asked")
  func throughTheSite() {
    let federation = Federation(Self.line)
    #expect(federation.answer(get("a"), at: 0) == "0")
    #expect(federation.answer(test("a"), at: 2) == "0")
    #expect(federation.answer(get("a"), at: 2) == "0")
    #expect(federation.answer(get("b"), at: 2) == "0.0.0")
    #expect(federation.answer(get("b"), at: 0) == "1")
    #expect(federation.violation == nil)
  }

  @Test("a root that was restored names a value again: who had it keeps it, the other content gets a new one")
  func restoredRoot() {
    let federation = Federation(Self.line)
    federation.answer(get("a"), at: 0)
    let backup = federation.nodes[0].records.contents
    #expect(federation.answer(get("b"), at: 0) == "1")
    #expect(federation.answer(get("b"), at: 1) == "1")
    federation.restore(0, backup)
    #expect(federation.answer(get("c"), at: 0) == "1")
    #expect(federation.answer(get("c", kept: true), at: 1) == "1.0")
    #expect(federation.answer(get("b", kept: true), at: 1) == "1")
    #expect(federation.answer(get("b"), at: 1) == "1.1", "superseded by what c has")
    #expect(federation.violation == nil)
  }

  @Test("two processes of one database that ask at once decide one after the other")
  func twoProcesses() {
    var shape = FederationShape(parents: [nil, 0])
    shape.places[1].processes = 2
    let federation = Federation(shape)
    var answers: [String?] = []
    federation.ask(get("a"), at: 1, process: 0) { answers.append($0) }
    federation.ask(get("b"), at: 1, process: 1) { answers.append($0) }
    federation.settle()
    #expect(Set(answers) == ["0.0", "0.1"])
    #expect(federation.violation == nil)
  }

  @Test("cousins that are all cut off give no value twice: each has its lane")
  func lanes() {
    let federation = Federation(FederationShape(parents: [nil, 0, 0, 1, 2]))
    for node in 1...4 { federation.cut(node) }
    let answers = zip("abcd", 1...4).map { federation.answer(get(String($0)), at: $1) }
    #expect(answers == ["0.0", "0.1", "0.0.0", "0.0.1"])
    #expect(federation.violation == nil)
  }

  @Test("sites that share a lane by mistake do, and the laws see it")
  func sharedLane() {
    let federation = Federation(FederationShape(parents: [nil, 0, 0]), fault: .sharesLane)
    for node in 1...2 { federation.cut(node) }
    #expect(federation.answer(get("a"), at: 1) == "0.0")
    #expect(federation.answer(get("b"), at: 2) == "0.0")
    #expect(federation.violation?.law == .oneHolderAnywhere)
  }

  @Test("a team that never met its site numbers as a site does, unless it was told its level")
  func neverConnected() {
    var shape = FederationShape(parents: [nil, 0, 1], knowsLevels: false)
    for (assumed, value) in [(1, "0.0"), (2, "0.0.0")] {
      shape.places[2].assumedLevel = assumed
      let federation = Federation(shape)
      federation.cut(2)
      #expect(federation.answer(get("a"), at: 1) == "0.0")
      // With level 1 this is the site's value for another content: `--level` is for this.
      #expect(federation.answer(get("b"), at: 2) == value)
      federation.cut(2, false)
      #expect(federation.answer(get("c"), at: 2)?.split(separator: ".").count == 3)
    }
  }

  @Test("what history keeps stays what it is when the copy learns of a lesser value")
  func lesserAbove() {
    let federation = Federation(FederationShape(parents: [nil, 0]))
    for checksum in "xyz" { federation.answer(get(String(checksum)), at: 0) }
    federation.answer(get("z"), at: 1)
    federation.cut(1)
    #expect(federation.answer(get("a", kept: true), at: 1) == "2.0")
    federation.importOne(TextRow(package: "p", checksum: "a", value: "1.5"), at: 0)
    federation.sync(1)
    #expect(federation.answer(get("a", kept: true), at: 1) == "2.0")
    #expect(federation.answer(test("a", kept: true), at: 1) == "2.0")
    #expect(federation.violation == nil)
  }

  @Test("a lesser value that an operator imports is what history answers from then on")
  func lesserImport() {
    let federation = Federation(FederationShape(parents: [nil]))
    federation.importOne(TextRow(package: "p", checksum: "a", value: "5"), at: 0)
    #expect(federation.answer(get("a", kept: true), at: 0) == "5")
    federation.importOne(TextRow(package: "p", checksum: "a", value: "3"), at: 0)
    #expect(federation.answer(get("a", kept: true), at: 0) == "3")
    #expect(federation.violation == nil)
  }

  @Test("a read-only node answers what its upstream has, also while it is away, and refuses the rest")
  func readOnly() {
    var shape = FederationShape(parents: [nil, 0])
    shape.places[1].isReadOnly = true
    let federation = Federation(shape)
    #expect(federation.answer(get("a"), at: 0) == "0")
    #expect(federation.answer(get("a"), at: 1) == "0")
    #expect(federation.answer(get("b"), at: 1) == nil)
    federation.cut(1)
    #expect(federation.answer(get("a"), at: 1) == "0")
    #expect(!federation.importOne(TextRow(package: "p", checksum: "b", value: "7"), at: 1))
    #expect(federation.violation == nil)
  }

  @Test("a client that may not allocate gets the number that the next one gets")
  func prediction() {
    let federation = Federation(Self.line)
    let question = Question(kind: .predict, package: "p", checksum: "a")
    #expect(federation.answer(get("b"), at: 0) == "0")
    #expect(federation.answer(question, at: 2) == "0.0.0")
    #expect(federation.answer(get("a"), at: 2) == "0.0.0")
    #expect(federation.answer(question, at: 2) == "0.0.0")
    let kept = Question(kind: .predict, package: "p", checksum: "b", isKept: true)
    #expect(federation.answer(kept, at: 2) == "0")
    #expect(federation.violation == nil)
  }

  @Test("a strict node refuses what needs its upstream, and answers the rest")
  func strict() {
    let federation = Federation(FederationShape(parents: [nil, 0], away: .strict))
    #expect(federation.answer(get("a"), at: 1) == "0.0")
    federation.cut(1)
    #expect(federation.answer(get("a"), at: 1) == "0.0")
    #expect(federation.answer(get("b"), at: 1) == nil)
    #expect(federation.violation == nil)
  }
}
