// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRRevision
import PRStore
import PRStoreSQLite

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check a PR database for errors, BitBake's included.",
    discussion: """
      Reports damage, values that name two contents, in the copy of the upstream too, values that are not revisions, heads that do not fit their rows, \
      and rows that were changed or deleted by hand. The file is only read. Exit status 1 when any of these was found. Packages whose values have \
      another order as text are counted: this is not an error.
      """)

  @Argument(help: "The database.") var file: String
  @Flag(help: "List the packages whose values have another order as text, too.") var all = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    var progress = ProgressBar("reading")
    let report = try Audit(path: file).run { progress.update(count: $0) }
    progress.finish()
    if report.tables.isEmpty { throw UserFacingError("\(file) holds no PR table; is it the right file?") }
    print(json ? try report.json(all: all) : report.text(all: all))
    if !report.isSound { throw ExitCode(1) }
  }
}

extension AuditReport {
  func text(all: Bool) -> String {
    let head =
      "\(rows) rows of \(packages) packages in \(tables.joined(separator: ", "))"
      + (copiedRows > 0 ? ", and \(copiedRows) copied ones" : "")
    if isClean { return head + ": nothing is wrong" }
    let shown = all ? findings : findings.filter { !$0.isOfTextOrder }
    var lines = damage.map { "damage: \($0)" } + shown.map(\.text)
    if !misleading.isEmpty {
      lines.append(
        "text order: \(misleading.count) packages have a greatest value that is not the last one as text, as 10 is not "
          + "behind 9. Headwater compares numbers. BitBake's own server gives new contents the right number, but answers "
          + "superseded ones and exports by the text" + (all ? "" : "; --all lists them"))
    }
    return ([head + (isSound ? ": nothing is wrong" : "")] + lines).joined(separator: "\n")
  }

  func json(all: Bool) throws -> String {
    do {
      struct Printed: Encodable {
        let clean: Bool
        let tables: [String]
        let rows, packages, copied, textOrder: Int
        let damage: [String]
        let findings: [[String: String]]

        enum CodingKeys: String, CodingKey {
          case clean, tables, rows, packages, copied, damage, findings
          case textOrder = "text_order"
        }
      }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let printed = Printed(
        clean: isClean, tables: tables, rows: rows, packages: packages, copied: copiedRows,
        textOrder: misleading.count, damage: damage,
        findings: findings.filter { all || !$0.isOfTextOrder }.map(\.fields)
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
    case .unreadable(let tuple, let value): "unreadable: '\(value)' of \(tuple) is not a revision"
    case .misleadingOrder(let package, let asText, let asNumber):
      "text order: the greatest value of \(package) is \(asNumber), and \(asText) the last one as text"
    case .wrongHead(let fault):
      "wrong \(fault.isOfIndex ? "index" : "head"): \(fault.text); a damaged page, or rows that were changed by hand. If the rows are right, 'headwater "
        + "recover --heads' computes it anew"
    case .wrongFloor(let package, let recorded, let found):
      "wrong floor: the floor of \(package) is \(recorded ?? "nothing") on record, and was raised to \(found ?? "nothing"); it was changed by hand. "
        + "'headwater raise --to' sets the right one"
    case .changedFloor(let entry):
      "changed floor: the entry \(entry.serial), \(entry.floor.value) of \(entry.floor.package), or one in front of it was changed or deleted by hand. "
        + "Followers of this node take all floors again"
    case .missing(let row):
      "missing: \(row.value) of \(row.tuple) was answered, and is not in PRMAIN any more: the row was deleted or changed "
        + "by hand. Followers of this node keep it"
    case .unrecorded(let row):
      "unrecorded: \(row.value) of \(row.tuple) is in PRMAIN and not in the feed: the row was changed by hand. "
        + "Followers of this node never get it"
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
        "kind": "text-order", "version": package.version, "pkgarch": package.pkgarch, "as_text": asText,
        "as_number": asNumber,
      ]
    case .wrongHead(let fault):
      [
        "kind": fault.isOfIndex ? "wrong-index" : "wrong-head", "version": fault.package.version,
        "pkgarch": fault.package.pkgarch,
        "of": fault.isOfCopy ? "copy" : "own", "recorded": fault.recorded ?? "", "found": fault.found ?? "",
      ]
    case .wrongFloor(let package, let recorded, let found):
      [
        "kind": "wrong-floor", "version": package.version, "pkgarch": package.pkgarch, "recorded": recorded ?? "",
        "found": found ?? "",
      ]
    case .changedFloor(let entry):
      [
        "kind": "changed-floor", "version": entry.floor.package.version, "pkgarch": entry.floor.package.pkgarch,
        "value": entry.floor.value.text, "serial": "\(entry.serial)",
      ]
    case .missing(let row): Self.fields("missing", row)
    case .unrecorded(let row): Self.fields("unrecorded", row)
    }
  }
  private static func fields(_ kind: String, _ row: Row) -> [String: String] {
    [
      "kind": kind, "version": row.tuple.package.version, "pkgarch": row.tuple.package.pkgarch,
      "checksum": row.tuple.checksum, "value": row.value,
    ]
  }
}
