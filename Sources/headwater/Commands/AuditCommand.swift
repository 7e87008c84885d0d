// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRRevision
import PRStore

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Look for what is wrong in a PR database, BitBake's included.",
    discussion: """
      Reports damage, values that name two contents, in the copy of the upstream too, values that are no revision, and packages that BitBake's own server \
      would number backwards. The file is only read. Exit status 1 when there is damage, a duplicate or a value that is no revision.
      """)

  @Argument(help: "The database.") var file: String
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    var progress = ProgressBar("reading")
    let report = try Audit(path: file).run { progress.update(count: $0) }
    progress.finish()
    if report.tables.isEmpty { throw Problem("\(file) holds no PR table; is it the right file?") }
    print(json ? try report.json : report.text)
    if !report.isSound { throw ExitCode(1) }
  }
}

extension AuditReport {
  var text: String {
    let head =
      "\(rows) rows of \(packages) packages in \(tables.joined(separator: ", "))"
      + (copiedRows > 0 ? ", and \(copiedRows) copied ones" : "")
    if isClean { return head + ": nothing is wrong" }
    let lines = damage.map { "damage: \($0)" } + findings.map(\.text)
    return ([head] + lines).joined(separator: "\n")
  }

  var json: String {
    get throws {
      struct Printed: Encodable {
        let clean: Bool
        let tables: [String]
        let rows, packages, copied: Int
        let damage: [String]
        let findings: [[String: String]]
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let printed = Printed(
        clean: isClean, tables: tables, rows: rows, packages: packages, copied: copiedRows, damage: damage,
        findings: findings.map(\.fields)
      )
      return String(decoding: try encoder.encode(printed), as: UTF8.self)
    }
  }
}

extension AuditFinding {
  fileprivate var text: String {
    switch self {
    case .duplicate(let package, let value, let checksums):
      "duplicate: \(value) of \(package) names \(checksums.count) contents: \(checksums.joined(separator: ", "))"
    case .copiedDuplicate(let package, let value, let own, let copied):
      "copied duplicate: \(value) of \(package) names \(own.count + copied.count) contents: "
        + (own.map { "\($0) (own)" } + copied).joined(separator: ", ")
    case .unreadable(let tuple, let value): "unreadable: '\(value)' of \(tuple) is no revision"
    case .misleadingOrder(let package, let asText, let asNumber):
      "misleading order: the greatest value of \(package) is \(asNumber), but as text \(asText): BitBake's own server "
        + "counts on from there"
    }
  }

  fileprivate var fields: [String: String] {
    switch self {
    case .duplicate(let package, let value, let checksums):
      [
        "kind": "duplicate", "version": package.version, "pkgarch": package.pkgarch, "value": value,
        "checksums": checksums.joined(separator: " "),
      ]
    case .copiedDuplicate(let package, let value, let own, let copied):
      [
        "kind": "copied-duplicate", "version": package.version, "pkgarch": package.pkgarch, "value": value,
        "own": own.joined(separator: " "), "copied": copied.joined(separator: " "),
      ]
    case .unreadable(let tuple, let value):
      [
        "kind": "unreadable", "version": tuple.package.version, "pkgarch": tuple.package.pkgarch,
        "checksum": tuple.checksum, "value": value,
      ]
    case .misleadingOrder(let package, let asText, let asNumber):
      [
        "kind": "misleading-order", "version": package.version, "pkgarch": package.pkgarch, "as_text": asText,
        "as_number": asNumber,
      ]
    }
  }
}
