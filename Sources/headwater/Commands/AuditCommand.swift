// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRPackageIndex
import PRRevision
import PRStore
import PRStoreSQLite

#if PostgreSQL
  import PRStorePostgres
#endif

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check a PR database, or package feeds, for errors.",
    discussion: """
      Of a database: reports damage, values that name two contents, in the copy of the upstream too, values that are not revisions, heads that do \
      not fit their rows, and rows that were changed or deleted by hand. Packages whose values have another order as text are counted: this is \
      not an error.

      Of package feeds: reports one version with two contents, packages of one recipe whose values differ, values that are not revisions, rows that a \
      database has lost, and what devices with an older feed do not upgrade to.

      All files are only read. Exit status 1 when anything was found.
      """)

  @Argument(help: "The database.") var file: String?
  @Flag(help: "List the packages whose values have another order as text, too.") var all = false
  @Flag(help: "Print JSON.") var json = false

  @Option(
    help: ArgumentHelp(
      "Check this package feed: an opkg or apt index, a repomd.xml, a folder that has some, or - for standard input. Can be repeated.",
      valueName: "path"))
  var feed: [String] = []

  @Option(
    help: ArgumentHelp("With --feed: the feed as devices have it now. Can be repeated.", valueName: "path"))
  var against: [String] = []

  @Option(
    help: ArgumentHelp(
      "With --feed: the database that should have the feed's values. FILE is checked as well, and this one only asked.",
      valueName: "path"))
  var database: String?

  @OptionGroup var connection: ServerOption
  @OptionGroup(title: "Package feeds") var feedOptions: FeedOptions

  func validate() throws {
    if feed.isEmpty {
      if file == nil { throw ValidationError("nothing to audit: name a database, or a package feed with --feed") }
      if CommandOptions.areGiven("against") {
        throw ValidationError("--against is what the feeds of --feed are compared with: give --feed")
      }
      for option in ["database", "server", "release", "architecture", "levels", "pkgdata"]
      where CommandOptions.areGiven(option) {
        throw ValidationError("--\(option) is for package feeds: give --feed, or leave it out")
      }
      return
    }
    if all, file == nil, CommandOptions.areGiven("all") {
      throw ValidationError("--all is for the rows of a database: name it before --feed, or leave --all out")
    }
    if (feed + against).count(where: { $0 == "-" }) > 1 {
      throw ValidationError("standard input can be read once: give - once")
    }
    for option in ["database", "server"] where file != nil && CommandOptions.areGiven(option) {
      throw ValidationError("the argument \(file ?? "") and --\(option) name two databases: leave one out")
    }
    if CommandOptions.areGiven("server", "database") {
      throw ValidationError("--server and --database name two sources: leave one out")
    }
    guard source == nil else { return }
    for option in ["release", "architecture", "levels"] where CommandOptions.areGiven(option) {
      throw ValidationError(
        "--\(option) says how a database is asked for the feed's values: give --database or --server")
    }
  }

  private enum Source {
    case file(String)
    case server
  }

  /// What is asked for the values of the feed. The command line stands above the environment.
  private var source: Source? {
    if let file { return .file(file) }
    if CommandOptions.areGiven("server") { return .server }
    if let database { return .file(database) }
    return connection.givenServer.map { _ in .server }
  }

  func run() async throws {
    var isSound = true
    if let file { isSound = try audit(file) }
    if !feed.isEmpty, try await !auditFeeds() { isSound = false }
    if !isSound { throw ExitCode(1) }
  }

  /// - Returns: whether the database is sound.
  private func audit(_ file: String) throws -> Bool {
    var progress = ProgressBar("reading")
    let report = try report(on: NamedDatabase(file), file) { progress.update(count: $0) }
    progress.finish()
    if report.tables.isEmpty { throw UserFacingError("\(file) holds no PR table; is it the right file?") }
    print(json ? try report.json(all: all) : report.text(all: all))
    return report.isSound
  }

  private func report(
    on named: NamedDatabase, _ text: String, _ progress: (Int) -> Void
  ) throws -> AuditReport {
    guard named.isOnServer else { return try Audit(path: text).run(progress: progress) }
    #if PostgreSQL
      return try PostgresAudit(try PostgresOptions.ofCommand(text, isReadOnly: true)).run(progress: progress)
    #else
      throw UserFacingError(ServerDatabase.howToBuild)
    #endif
  }

  /// - Returns: whether nothing was found.
  private func auditFeeds() async throws -> Bool {
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    let folder = temporary.url
    let rows = try await lostRows(in: folder)
    defer { rows?.store.close() }
    var mapping: RevisionMapping?
    if let rows { mapping = RevisionMapping(try await feedOptions.facts(from: rows.store)) }
    var (findings, values) = (try FindingSpool(in: folder), try ValueSpool(in: folder))
    let check = FeedCheck(feeds: feed, against: against, pkgdata: feedOptions.pkgdata, mapping: mapping)
    var report = try await check.run(&findings, &values)
    try values.finish()
    report.values = try await rows?.find(among: values, into: &findings)
    try findings.finish()
    if report.feed.refusedCount > 0 { FileHandle.standardError.write(Data(report.feed.refusals.utf8)) }
    try findings.print(report, asJSON: json)
    return findings.count == 0
  }

  private func lostRows(in folder: URL) async throws -> LostRows? {
    switch source {
    case nil: return nil
    case .file(let path):
      let named = NamedDatabase(path)
      let store = try named.open(readOnly: true) { ($0.keepsMark, $0.allowsNetworkDisk) = (false, true) }
      guard try await store.read({ reader throws(StoreError) in try reader.hasRows }) else {
        store.close()
        throw UserFacingError(
          "\(named.name) holds no PR table; is it the right file? "
            + "Those of BitBake 2.8 and older are taken over when 'headwater serve' opens it")
      }
      return LostRows(store: store, name: named.name)
    case .server:
      let server = try await connection.open(asksForDescription: true)
      let store = try await ServerCopy.make(of: server, in: folder)
      await server.close()
      return LostRows(store: store, name: "\(connection.server)")
    }
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
      let printed = Printed(
        clean: isClean, tables: tables, rows: rows, packages: packages, copied: copiedRows,
        textOrder: misleading.count, damage: damage,
        findings: findings.filter { all || !$0.isOfTextOrder }.map(\.fields)
      )
      return try printed.jsonLine
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
