// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRInterchange
import PRRevision
import PRStore
import PRStoreSQLite

/// What a file of a comparison is.
enum ReleaseFile {
  case export(RowFormat)
  case database
  /// A database with a manifest beside it.
  case frozen

  /// By its first bytes, its manifest and its suffix. A pipe is an export: JSON Lines, if it has no suffix.
  init(_ path: String) {
    guard path != "-" else {
      self = .export(.jsonl)
      return
    }
    guard !FileManager.default.fileExists(atPath: Manifest.path(of: path)) else {
      self = .frozen
      return
    }
    var status = stat()
    let isFound = stat(path, &status) == 0
    guard isFound, status.st_mode & S_IFMT == S_IFREG else {
      // What is no file at all cannot be looked into twice. The store says what is wrong with a folder, and with nothing.
      let isPipe = isFound && status.st_mode & S_IFMT != S_IFDIR
      self = RowFormat(path: path).map { .export($0) } ?? (isPipe ? .export(.jsonl) : .database)
      return
    }
    let head = FileHandle(forReadingAtPath: path).flatMap { try? $0.read(upToCount: 16) } ?? Data()
    if head.elementsEqual("SQLite format 3\0".utf8) {
      self = .database
    } else if let format = RowFormat(path: path) {
      self = .export(format)
    } else {
      self = head.first == UInt8(ascii: "{") ? .export(.jsonl) : .database
    }
  }
}

/// The entries of a release, in their order.
enum ReleaseEntries {
  case export(SortedRecords<ReleaseEntry>)
  case store(StoreEntries)

  /// - Parameters:
  ///   - folder: for temporary files.
  ///   - name: of the temporary files.
  ///   - includesCopy: rows that a database copied from its upstream count.
  init(_ path: String, in folder: URL, named name: String, includesCopy: Bool) async throws {
    let file = ReleaseFile(path)
    if case .export(let format) = file {
      self = .export(try ExportReading(try ImportFile(path), as: format).sorted(in: folder, named: name))
      return
    }
    var options = StoreOptions(path: path, readOnly: true)
    if case .frozen = file {
      _ = try Manifest.verified(of: path)
      options.isFrozen = true
    }
    (options.keepsMark, options.allowsNetworkDisk) = (false, true)
    let store = try Store.open(options).store
    guard try await store.read({ reader throws(StoreError) in try reader.hasRows }) else {
      throw UserFacingError("\(path) holds no PR table; is it the right file?")
    }
    self = .store(try await StoreEntries(store, in: folder, named: name, includesCopy: includesCopy))
  }

  /// The next ones; none after the last.
  mutating func next() async throws -> [ReleaseEntry] {
    switch self {
    case .export(var entries):
      var some: [ReleaseEntry] = []
      while some.count < 512, let entry = try entries.next() { some.append(entry) }
      self = .export(entries)
      return some
    case .store(var entries):
      let some = try await entries.next()
      self = .store(entries)
      return some
    }
  }
}

/// The entries of a database: rows come in the order of their keys, and floors are sorted.
struct StoreEntries {
  private let store: Store
  private let includesCopy: Bool
  private var cursor: RowCursor? = .start
  private var floors: SortedRecords<ReleaseEntry>
  private var floor: ReleaseEntry?
  private var last: ReleaseEntry?

  fileprivate init(_ store: Store, in folder: URL, named name: String, includesCopy: Bool) async throws {
    self.store = store
    self.includesCopy = includesCopy
    var sorter = SpoolSorter<ReleaseEntry>(in: folder, named: name)
    var serial: Int64? = 0
    while let start = serial {
      let page = try await store.read(in: .long) { reader throws(StoreError) in
        try reader.floors(after: start, limit: 1024)
      }
      for entry in page { try sorter.add(ReleaseEntry(entry.floor)) }
      serial = page.last?.serial
    }
    try sorter.finish()
    floors = try sorter.records()
    floor = try floors.next()
  }

  fileprivate mutating func next() async throws -> [ReleaseEntry] {
    var entries: [ReleaseEntry] = []
    while entries.isEmpty, let position = cursor {
      let includesCopy = includesCopy
      let page = try await store.read(in: .long) { reader throws(StoreError) in
        try reader.page(of: RowFilter(history: .kept), from: position, includesCopy: includesCopy)
      }
      for row in page.rows {
        let entry = ReleaseEntry(row)
        guard last.map({ $0 < entry }) ?? true else { throw unordered(entry) }
        last = entry
        while let floor, floor < entry { try take(floor, into: &entries) }
        entries.append(entry)
      }
      cursor = page.next
    }
    while cursor == nil, entries.count < 512, let floor { try take(floor, into: &entries) }
    return entries
  }

  private mutating func take(_ floor: ReleaseEntry, into entries: inout [ReleaseEntry]) throws {
    entries.append(floor)
    self.floor = try floors.next()
  }

  private func unordered(_ entry: ReleaseEntry) -> UserFacingError {
    UserFacingError(
      "\(store.path): the rows of \(entry.place.package) are in no order; its names are no UTF-8, or the file is damaged: "
        + "look with 'headwater audit \(store.path)'")
  }
}

/// Reads an export whole, and sorts it.
struct ExportReading {
  private let file: ImportFile
  private let format: RowFormat

  fileprivate init(_ file: ImportFile, as format: RowFormat) {
    self.file = file
    self.format = format
  }

  fileprivate func sorted(in folder: URL, named name: String) throws -> SortedRecords<ReleaseEntry> {
    var sorter = SpoolSorter<ReleaseEntry>(in: folder, named: name)
    var parser = RowParser(format)
    var source = LineSource(file.contents)
    var progress = ProgressBar("reading")
    defer { progress.finish() }
    var number = 0
    while let line = try next(of: &source, number) {
      number += 1
      try take(parser.parse(line), number, into: &sorter)
      progress.update(count: number)
    }
    try take(parser.finish(), number, into: &sorter)
    try sorter.finish()
    return try sorter.records()
  }

  private func next(of source: inout LineSource, _ number: Int) throws -> Substring? {
    do throws(LineSource.Failure) {
      return try source.next()
    } catch {
      throw problem(error.text, at: number + 1)
    }
  }

  private func take(_ line: RowParser.Line, _ number: Int, into sorter: inout SpoolSorter<ReleaseEntry>) throws {
    switch line {
    case .nothing, .summary: break
    case .problem(let text): throw problem(text, at: number)
    case .floor(let floor): try sorter.add(ReleaseEntry(floor))
    case .row(let row): try sorter.add(ReleaseEntry(row))
    }
  }

  private func problem(_ text: String, at line: Int) -> UserFacingError {
    UserFacingError("\(RowProblem(file: file.name, line: line, text: text))")
  }
}
