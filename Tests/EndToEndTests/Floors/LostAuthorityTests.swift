// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestThreads
import Testing

@Suite("An authority that lost its database", .ownThreads)
struct LostAuthorityTests {
  /// Loses the database of a federation that has published its packages.
  ///
  /// - Parameter raises: whether the new one gets the floors of the feed.
  private func recover(_ federation: inout NumberedFederation, raises: Bool) throws {
    try federation.publish(to: "Packages")
    try federation.lose()
    if raises {
      let raised = try Tool(in: federation.hub.folder).run(
        "raise", "--database", "hub.sqlite3", "--from-feed", "Packages", "--levels", "2", "--json")
      #expect(raised.ending == .exit(0) && raised.errorLines.count == 1, "\(raised.errors)")
      let report = try JSONValue(raised.output)
      let count = Int64(Set(federation.published.map(\.version)).count)
      #expect(report["floors"]?["raised"] == .integer(count), "\(raised.output)")
      #expect(report["feed"]?["mapped"] == .integer(Int64(federation.published.count)), "\(raised.output)")
    }
    try federation.comeBack()
  }

  @Test("gives no number that the feed has, once its floors are raised; nor do the sites below")
  func withFloors() throws {
    var federation = try NumberedFederation(packages: 10_000)
    #expect(federation.published.contains { $0.number.count == 2 }, "sites have numbered packages as well")
    try recover(&federation, raises: true)
    let answers = try federation.buildAgain()
    for (node, rows) in zip(["first", "second", "authority"], answers) {
      let backwards = federation.backwards(rows)
      #expect(backwards.isEmpty, "\(node): \(backwards.count), such as \(backwards.prefix(3))")
      #expect(rows.count == 20_000)
    }
    expectOneContent(answers.flatMap(\.self) + federation.published)
    try federation.stop()
  }

  /// No value of a package names two contents.
  private func expectOneContent(_ rows: [RecordedRow]) {
    let contents = Dictionary(grouping: Set(rows)) { "\($0.version) \($0.value)" }
    let doubles = contents.filter { $0.value.count > 1 }
    #expect(doubles.isEmpty, "\(doubles.count), such as \(doubles.prefix(3))")
  }

  @Test("gives them again without floors, and so do the sites")
  func withoutFloors() throws {
    var federation = try NumberedFederation(packages: 300)
    try recover(&federation, raises: false)
    let answers = try federation.buildAgain()
    for (node, rows) in zip(["first", "second", "authority"], answers) {
      let backwards = federation.backwards(rows)
      #expect(backwards.count >= 200, "\(node): \(backwards.count)")
    }
    try federation.stop()
  }
}
