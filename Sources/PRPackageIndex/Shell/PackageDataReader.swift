// SPDX-License-Identifier: Apache-2.0

/// Reads the folder `runtime` of pkgdata, which OE-Core calls PKGDATA_DIR: `tmp/pkgdata/qemux86-64`.
package struct PackageDataReader {
  /// One file of pkgdata.
  package enum Entry: Hashable, Sendable {
    case package(RecordedPackage)
    case refused(RefusedEntry)
  }

  private let folder: String

  /// - Parameter folder: PKGDATA_DIR.
  package init(folder: String) { self.folder = folder }

  /// Reads all files, in the order of their names. A file that only gives a package another name is passed over.
  package func read(_ body: (Entry) throws -> Void) throws {
    let runtime = try RecordFolder.path(of: "runtime", in: folder, kind: "the build's tmp/pkgdata/MACHINE")
    for name in try RecordFolder.names(in: runtime) {
      try Task.checkCancellation()
      let path = "\(runtime)/\(name)"
      // `foo.packaged` is an empty file beside `foo`, and a package may be called so, too.
      guard RecordFolder.isFile(path) else { continue }
      let place = IndexPlace(file: path)
      guard let bytes = try RecordFolder.contents(of: path) else {
        let reason = EntryRefusal.tooLong(field: "record", limit: IndexLimits.entry)
        try body(.refused(RefusedEntry(place: place, reason: reason)))
        continue
      }
      let record = BuildRecord(pkgdata: bytes, package: name)
      if !record.isAlias { try body(Self.entry(record, name: name, place: place)) }
    }
  }

  private static func entry(_ record: BuildRecord, name: String, place: IndexPlace) -> Entry {
    do throws(EntryRefusal) {
      let name = try EntryValue.text(Array(name.utf8), field: "package")
      return .package(try record.recorded(name: name, place: place))
    } catch {
      return .refused(RefusedEntry(place: place, reason: error))
    }
  }
}
