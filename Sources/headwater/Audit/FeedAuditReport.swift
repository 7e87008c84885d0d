// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What an audit of feeds came to, beside its findings.
struct FeedAuditReport {
  var feed = FeedReport()
  /// Nil where the feeds were not compared with others.
  var against: Against?
  /// Nil where no database was asked.
  var values: Values?

  struct Against: Hashable, Encodable {
    var indexes = 0
    var packages = 0
    /// Packages that the new feeds do not have.
    var gone = 0
    /// How many of them they have under another architecture.
    var moved = 0
  }

  /// The values of the feeds, each counted once.
  struct Values: Hashable, Encodable {
    /// The path of the database, or the address of the server.
    let database: String
    var known = 0
    /// No row has the value, and the package has a floor that is not below it.
    var covered = 0
    var lost = 0
  }

  func text(isClean: Bool) -> String {
    var lines = ["packages of \(feed.indexes) indexes: \(feed.packages)" + (isClean ? ": nothing is wrong" : "")]
    if let against {
      lines.append(
        "packages of \(against.indexes) indexes before: \(against.packages); gone: \(against.gone), of them under another "
          + "architecture now: \(against.moved)")
    }
    if let values {
      lines.append(
        "packages with a value: \(feed.mapped); without one: \(feed.withoutValue); refused: \(feed.refusedCount)")
      lines.append(
        "values: \(values.known + values.covered + values.lost); in \(values.database): \(values.known); lost, and covered by "
          + "a floor: \(values.covered); lost: \(values.lost)")
    } else if feed.refusedCount > 0 {
      lines.append("refused: \(feed.refusedCount)")
    }
    return lines.joined(separator: "\n")
  }

  var json: String {
    get throws {
      struct Printed: Encodable {
        let indexes, packages: Int
        let refused: [String: Int]
        let against: Against?
        let mapped, withoutValue: Int?
        let values: Values?

        enum CodingKeys: String, CodingKey {
          case indexes, packages, refused, against, mapped, values
          case withoutValue = "without_value"
        }
      }
      let printed = Printed(
        indexes: feed.indexes, packages: feed.packages, refused: feed.refused, against: against,
        mapped: values.map { _ in feed.mapped }, withoutValue: values.map { _ in feed.withoutValue }, values: values)
      return try printed.jsonLine
    }
  }
}
