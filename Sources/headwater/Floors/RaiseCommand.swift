// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire

struct RaiseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "raise", abstract: "Set floors: values at or below which nothing is minted any more.",
    discussion: """
      For values that devices have, and the database has not: a lost database, a package feed that is older than the server, a package that \
      gets another version or architecture. A floor is never lowered. The database is created if it does not exist. All floors are raised, or none; on PostgreSQL in steps, which the same command completes if it is interrupted. Servers can serve the database meanwhile.
      """)

  @Option(
    help: ArgumentHelp(
      "The floors that the packages of a feed lead to: an opkg or apt index, a repomd.xml, a folder that has some, or - for standard input. Can be repeated.",
      valueName: "path"))
  var fromFeed: [String] = []

  @Option(
    help: ArgumentHelp(
      "The floors that the records of a buildhistory lead to, those of its git commits included: BUILDHISTORY_DIR. Can be repeated.",
      valueName: "folder"))
  var fromBuildhistory: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --from-buildhistory: TARGET_VENDOR of the build, such as -poky, where its folders do not show it.",
      valueName: "vendor"))
  var targetVendor: String?

  @Option(help: ArgumentHelp("The floor of the package VERSION PKGARCH.", valueName: "value"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "The floor of the package NEW-VERSION,NEW-PKGARCH is the greatest value of this one: VERSION,PKGARCH. A * stands for any text, the same in both.",
      valueName: "package"))
  var like: String?

  @Argument(help: "With --to: the version and the architecture. With --like: NEW-VERSION,NEW-PKGARCH.")
  var packages: [String] = []

  @OptionGroup(title: "Package feeds") var feed: FeedOptions

  @Option(help: ArgumentHelp("The database.", valueName: "path"))
  var database = ServeOptions.table.database.standard

  @Flag(help: "Show the floors that would be raised, and change nothing.") var dryRun = false
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    switch (to, like) {
    case (_?, _?): throw ValidationError("--to and --like exclude each other: give one of them")
    case (nil, nil) where sources.isEmpty:
      throw ValidationError("nothing to raise: give --from-feed, --from-buildhistory, --to or --like")
    case (nil, nil) where !packages.isEmpty:
      throw ValidationError("'\(packages[0])' has no meaning here; a further index needs its own --from-feed")
    case (nil, nil): break
    case _ where !sources.isEmpty:
      throw ValidationError(
        "--to and --like set the floors of packages by name: leave them out where packages are read")
    case (_?, nil) where packages.count != 2:
      throw ValidationError(
        "--to needs the package: its version and its architecture, such as busybox-1.36.1-r0 core2-64")
    case (nil, _?) where packages.count != 1:
      throw ValidationError("--like needs the other package as well: NEW-VERSION,NEW-PKGARCH")
    default: break
    }
    if sources.isEmpty, let option = feed.given.first {
      throw ValidationError("\(option) is for packages that are read, with --from-feed or --from-buildhistory")
    }
    if targetVendor != nil, fromBuildhistory.isEmpty {
      throw ValidationError("--target-vendor is for --from-buildhistory")
    }
    if let targetVendor, !targetVendor.isEmpty, !targetVendor.hasPrefix("-") {
      throw ValidationError(
        "--target-vendor \(targetVendor): TARGET_VENDOR of a build begins with a hyphen, such as -\(targetVendor)")
    }
  }

  private var sources: [PackageSource] {
    fromFeed.map { .feed($0) } + fromBuildhistory.map { .buildHistory($0) }
  }

  func run() async throws {
    // A lost database gets its floors before a server numbers anything.
    let named = NamedDatabase(database)
    if !named.isOnServer { try checkPlace(isNew: !FileManager.default.fileExists(atPath: database)) }
    let temporary = try TemporaryFolder()
    defer { temporary.remove() }
    var store = try openForReading(named)
    defer { store?.close() }
    let isNew = store == nil
    if isNew, let like {
      throw UserFacingError(
        "there is no database \(named.name) with packages that match '\(like)'; name another --database")
    }
    var spool = FloorSpool(in: temporary.url)
    let report = try await gather(into: &spool, from: store)
    try spool.finish()
    // What cannot be read leaves no new database behind, and a database of an earlier schema as it is.
    if !dryRun, store?.isReadOnly ?? true {
      store?.close()
      store = try named.open(readOnly: false, Self.adjust)
    }
    if isNew, !dryRun {
      FileHandle.standardError.write(Data("note: \(named.name) did not exist; it is a new database now\n".utf8))
    }
    try await raise(spool, on: store, after: report)
  }

  /// Finds out what would fail only after a whole feed was read.
  private func checkPlace(isNew: Bool) throws {
    let file = URL(fileURLWithPath: database)
    guard !FileManager.default.fileExists(atPath: Manifest.path(of: database)) else {
      throw UserFacingError(
        "\(database) is a frozen release, which never changes: raise the floor of the node's database, and freeze it again"
      )
    }
    var isFolder: ObjCBool = false
    let folder = file.deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw StoreError.missingFolder(path: file.path)
    }
    guard dryRun || FileManager.default.isWritableFile(atPath: isNew ? folder : file.path) else {
      throw StoreError.permission(path: file.path)
    }
  }

  /// - Returns: nil where there is no database yet.
  private func openForReading(_ named: NamedDatabase) throws -> Store? {
    do {
      return try named.openIfThere(readOnly: true, Self.adjust)
    } catch StoreError.notTakenOver where !dryRun {
      return try named.open(readOnly: false, Self.adjust)
    }
  }

  /// It numbers nothing.
  private static func adjust(_ options: inout StoreOptions) {
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
  }

  /// - Parameter store: nil where there is no database yet.
  /// - Returns: nil where no feed was read.
  private func gather(into spool: inout FloorSpool, from store: Store?) async throws -> FeedReport? {
    if let to {
      guard let value = Revision(to) else {
        throw UserFacingError(
          "--to \(to): a floor is a revision: numbers of ASCII digits joined by dots, such as 7 or 7.1")
      }
      let floor = Floor(package: PackageKey(version: packages[0], pkgarch: packages[1]), value: value)
      try spool.add(GatheredFloor(floor: floor, origin: .operator, source: nil))
    }
    if let like, let store {
      try await LikenedFloors(like, packages[0]).find(in: store, into: &spool)
    }
    guard !sources.isEmpty else { return nil }
    var floors = FeedFloors(try await feed.facts(from: store))
    let reading = try FeedReading(vendor: targetVendor, pkgdata: feed.pkgdata)
    try await floors.read(sources, by: reading, into: &spool)
    return floors.report
  }

  private func raise(_ spool: FloorSpool, on store: Store?, after report: FeedReport?) async throws {
    if let report, report.refusedCount > 0 { FileHandle.standardError.write(Data(report.refusals.utf8)) }
    let raising = FloorRaising(
      spool: spool, setter: Self.setter, milliseconds: ProcessEnvironment.clock())
    let (isDryRun, isJSON) = (dryRun, json)
    let show: @Sendable (GatheredFloor) -> Void = { if isDryRun, !isJSON { print($0.text) } }
    let outcome =
      if let store { try await raising.run(on: store, isDryRun: isDryRun, each: show) } else {
        try raising.previewOfNew(each: show)
      }
    guard !json else { return print(try RaiseReport(floors: outcome, feed: report, isDryRun: dryRun).jsonLine) }
    if let report { print(report.text) }
    print(outcome.text(isDryRun: dryRun))
  }

  /// Who raises, for the story of a floor.
  static var setter: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }
}

/// The floors of packages that go on from others.
struct LikenedFloors: Sendable {
  private let old: PackagePattern
  private let new: PackagePattern
  private let text: String

  init(_ old: String, _ new: String) throws {
    (self.old, self.new, text) = (try PackagePattern(old), try PackagePattern(new), old)
    guard self.old.wildcards == self.new.wildcards else {
      throw UserFacingError(
        "'\(old)' has \(self.old.wildcards) * and '\(new)' has \(self.new.wildcards): what one stands for, the other takes"
      )
    }
  }

  /// - Throws: where no package matches.
  func find(in store: Store, into spool: inout FloorSpool) async throws {
    var cursor: RowCursor? = .start
    while let position = cursor {
      let page = try await store.read(in: .long) { reader throws(StoreError) in
        try reader.page(of: RowFilter(history: .none), from: position, includesCopy: true)
      }
      for row in page.rows {
        guard let value = Revision(row.value), let floor = floor(like: row.tuple.package, value) else { continue }
        try spool.add(floor)
      }
      cursor = page.next
    }
    var serial: Int64? = 0
    while let start = serial {
      let entries = try await store.read(in: .long) { reader throws(StoreError) in
        try reader.floors(after: start, limit: 1024)
      }
      for floor in entries.compactMap({ floor(like: $0.floor.package, $0.floor.value) }) { try spool.add(floor) }
      serial = entries.last?.serial
    }
    guard !spool.isEmpty else {
      throw UserFacingError(
        "\(store.path) has no value of a package that matches '\(text)'; "
          + "'headwater export --database \(store.path)' lists them")
    }
  }

  private func floor(like package: PackageKey, _ value: Revision) -> GatheredFloor? {
    guard let texts = old.match(package) else { return nil }
    return GatheredFloor(
      floor: Floor(package: new.filled(with: texts), value: value), origin: .package, source: "\(package)")
  }
}

extension GatheredFloor {
  fileprivate var text: String {
    let words = (source ?? "").split(separator: " ", omittingEmptySubsequences: false).map { LogText.value(String($0)) }
    let place = source == nil ? "" : "  " + words.joined(separator: " ")
    return "\(floor.value)  \(floor.package.shown)" + place
  }
}

extension FloorRaising.Outcome {
  fileprivate func text(isDryRun: Bool) -> String {
    """
    floors \(isDryRun ? "to raise" : "raised"): \(raised); of them above all that the database has of the package: \(ahead)
    floors that were as high already: \(known)
    """
  }
}

/// The outcome as JSON.
private struct RaiseReport: Encodable {
  let floors: FloorRaising.Outcome
  let feed: FeedReport?
  let isDryRun: Bool

  enum CodingKeys: String, CodingKey {
    case floors, feed
    case isDryRun = "dry_run"
  }
}
