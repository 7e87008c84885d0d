// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex
import PRRevision

extension FuzzTarget {
  /// Package indexes and records of builds, and what is made of their entries. However a file is cut, it has the same
  /// entries or the same error.
  static let indexes = FuzzTarget("indexes", length: 4096) { bytes in
    var input = FuzzInput(bytes)
    let form = input.number(below: 7)
    let cut = input.cut()
    switch form {
    case 0, 1:
      let (whole, pieces) = (entries(cut, form, cut.whole), entries(cut, form, cut.pieces))
      try require(whole == pieces, "the cut makes \(pieces) of \(whole)")
      for entry in (try? whole.get()) ?? [] { try map(entry) }
    case 2:
      if let primary = try? RepomdReader.primary(cut.bytes.span, file: "repomd.xml") {
        try require(!primary.location.split(separator: "/").contains(".."), "the index lies outside: \(primary)")
      }
    case 3:
      let record = BuildRecord(pkgdata: cut.bytes, package: "kmod")
      let recorded = try? record.recorded(name: "kmod", place: IndexPlace(file: "kmod"))
      _ = (record.isAlias, recorded)
    case 4:
      let record = BuildRecord(history: cut.bytes)
      let place = IndexPlace(file: "latest")
      if let package = try? record.package(name: "kmod", recipe: "kmod", architecture: "core2-64", place: place) {
        try map(.package(package, nil))
      }
    case 5:
      let (whole, pieces) = (changes(cut, cut.whole), changes(cut, cut.pieces))
      try require(whole == pieces, "the cut makes \(pieces) of \(whole)")
    default:
      let (whole, pieces) = (blobs(cut, cut.whole), blobs(cut, cut.pieces))
      try require(whole == pieces, "the cut makes \(pieces) of \(whole)")
    }
  }

  /// What `git log` says.
  private static func changes(
    _ cut: CutBytes, _ pieces: [ArraySlice<UInt8>]
  ) -> Result<[RecordChange], IndexError> {
    var (reader, changes) = (HistoryReader(repository: "history"), [RecordChange]())
    do throws(IndexError) {
      for piece in pieces { try reader.read(cut.bytes.span.extracting(piece.indices), into: &changes) }
      try reader.finish()
      return .success(changes)
    } catch {
      return .failure(error)
    }
  }

  /// What `git cat-file` says.
  private static func blobs(_ cut: CutBytes, _ pieces: [ArraySlice<UInt8>]) -> Result<[[UInt8]?], IndexError> {
    var (reader, blobs) = (BlobReader(repository: "history"), [[UInt8]?]())
    do throws(IndexError) {
      for piece in pieces { try reader.read(cut.bytes.span.extracting(piece.indices), into: &blobs) }
      try reader.finish()
      return .success(blobs)
    } catch {
      return .failure(error)
    }
  }

  private static func entries(
    _ cut: CutBytes, _ form: Int, _ pieces: [ArraySlice<UInt8>]
  ) -> Result<[IndexEntry], IndexError> {
    var entries: [IndexEntry] = []
    do throws(IndexError) {
      if form == 0 {
        var reader = ControlReader(file: "Packages", folder: "core2-64")
        for piece in pieces { try reader.read(cut.bytes.span.extracting(piece.indices), into: &entries) }
        try reader.finish(into: &entries)
      } else {
        var reader = PrimaryReader(file: "primary.xml")
        for piece in pieces { try reader.read(cut.bytes.span.extracting(piece.indices), into: &entries) }
        try reader.finish()
      }
      return .success(entries)
    } catch {
      return .failure(error)
    }
  }

  /// A value that is found in a package is one that a node can have.
  private static func map(_ entry: IndexEntry) throws {
    guard case .package(let package, let kind) = entry else { return }
    for key in [nil] + CountedRevisionKey.allCases.map(Optional.some) {
      let mapping = RevisionMapping(MappingFacts(maximumNumbers: 2, countedKey: key))
      for kind in kind.map({ [$0] }) ?? IndexKind.allCases {
        for found in mapping(package, kind).revisions {
          try require(Revision(found.value.text) == found.value, "\(found) of \(package)")
          try require(Floor(package: found.package, value: found.value).isWithinLimits, "\(found) of \(package)")
        }
      }
    }
    for kind in IndexKind.allCases {
      let relation = VersionOrder(kind).relation(of: package.version, to: package.version)
      try require(relation == .equal, "\(package.version) is not equal to itself")
    }
  }
}
