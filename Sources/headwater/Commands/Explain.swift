// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRRevision
import PRStore
import PRStoreSQLite
import PRWire

struct Explain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the history of a package: each value with its asker, its rule and its time.")

  @Argument(help: "The version as BitBake writes it, such as busybox-1.36.1-r0.") var version: String
  @Argument(help: "The package architecture, such as core2-64.") var pkgarch: String
  @Argument(help: "Only this checksum.") var checksum: String?

  @Option(help: ArgumentHelp("The database; a server may be serving it.", valueName: "path"))
  var database = ServeOptions.table.database.standard

  @Flag(help: "Print JSON, an object a line.") var json = false

  func run() async throws {
    let store = try NamedDatabase(database).open(readOnly: true)
    defer { store.close() }
    let package = PackageKey(version: version, pkgarch: pkgarch)
    let checksum = checksum
    let (story, floors) = try await store.read { reader throws(StoreError) in
      (try reader.originStory(of: package, checksum: checksum), try reader.floorStory(of: package))
    }
    if story.isEmpty, floors.isEmpty {
      let asked = checksum.map { "\(TupleKey(package: package, checksum: $0))" } ?? "\(package)"
      throw UserFacingError(
        "\(store.path) has no row of \(asked); name another --database, or check the spelling with "
          + "'headwater export --database \(store.path)'")
    }
    for (row, origin) in story { print(json ? try row.json(origin) : row.text(origin)) }
    for floor in floors { print(json ? try floor.json : floor.text) }
  }
}

extension Int64 {
  /// The milliseconds since 1970 as a time of day.
  fileprivate var timeOfDay: String {
    Date(timeIntervalSince1970: Double(self) / 1000)
      .ISO8601Format(.iso8601WithTimeZone(includingFractionalSeconds: true))
  }
}

extension FloorEntry {
  fileprivate var text: String {
    let setter = provenance.setter.map { ", by \($0)" } ?? ""
    return "\(floor.value)  floor  \(provenance.milliseconds.timeOfDay), \(provenance.explanation)\(setter)"
  }

  fileprivate var json: String {
    get throws {
      var fields = [
        "floor": floor.value.text, "origin": provenance.origin.rawValue, "serial": "\(serial)",
        "time": provenance.milliseconds.timeOfDay,
      ]
      fields["source"] = provenance.source
      fields["setter"] = provenance.setter
      return try fields.jsonLine
    }
  }
}

extension RowHistory {
  private var time: String? { provenance.milliseconds.map(\.timeOfDay) }

  /// Which level's nodes mint values of this form, by the partitioned numbering: 0 is the top of the hierarchy.
  private var level: Int? { Revision(value).map { $0.components.count - 1 } }

  fileprivate func text(_ origin: RowOrigin?) -> String {
    let asker = provenance.asker.map {
      [.copied, .vanished].contains(provenance.origin) ? "from \($0)" : "for \($0)"
    }
    let level = level.map { "numbered at level \($0)" }
    let chosen = provenance.origin.isFromAbove ? origin?.explanation : nil
    let parts = [time ?? "at an unknown time", provenance.origin.explanation, asker, level, chosen].compactMap(\.self)
    return "\(value)  \(checksum)  \(parts.joined(separator: ", "))"
  }

  fileprivate func json(_ origin: RowOrigin?) throws -> String {
    var fields = ["checksum": checksum, "value": value, "origin": provenance.origin.rawValue, "serial": "\(serial)"]
    fields["time"] = time
    fields["level"] = level.map(String.init)
    fields["asker"] = provenance.asker
    fields["minter_store"] = origin?.minter.store
    fields["minter"] = origin?.minter.member
    fields["minter_level"] = origin?.minter.level.map(String.init)
    fields["minter_lane"] = origin?.minter.lane
    fields["minter_rule"] = origin?.minter.rule
    fields["minter_time"] = origin?.milliseconds?.timeOfDay
    fields["minter_asker"] = origin?.asker
    return try fields.jsonLine
  }
}

extension RowOrigin {
  fileprivate var explanation: String {
    words(node: minter.member.map { "\($0) (store \(minter.store))" } ?? "the store \(minter.store)") { $0.timeOfDay }
  }
}
