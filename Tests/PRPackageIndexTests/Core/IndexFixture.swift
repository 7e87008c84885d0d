// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import PRPackageIndex

/// Small indexes in the form of OE-Core's classes, and readers over bytes.
enum IndexFixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Indexes")

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
  }

  /// - Parameter chunk: how many bytes are read at once.
  static func control(
    _ bytes: [UInt8], chunk: Int = 1 << 16, folder: String? = nil
  ) throws(IndexError) -> [IndexEntry] {
    var reader = ControlReader(file: "Packages", folder: folder)
    var entries: [IndexEntry] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try reader.read(bytes.span.extracting(start..<min(start + chunk, bytes.count)), into: &entries)
    }
    try reader.finish(into: &entries)
    return entries
  }

  static func control(_ text: String) throws(IndexError) -> [IndexEntry] { try control(Array(text.utf8)) }

  static func primary(_ bytes: [UInt8], chunk: Int = 1 << 16) throws(IndexError) -> [IndexEntry] {
    var reader = PrimaryReader(file: "primary.xml")
    var entries: [IndexEntry] = []
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try reader.read(bytes.span.extracting(start..<min(start + chunk, bytes.count)), into: &entries)
    }
    try reader.finish()
    return entries
  }

  static func primary(_ text: String) throws(IndexError) -> [IndexEntry] { try primary(Array(text.utf8)) }
}

extension IndexEntry {
  var published: PublishedPackage? {
    if case .package(let package, _) = self { package } else { nil }
  }

  var kind: IndexKind? {
    if case .package(_, let kind) = self { kind } else { nil }
  }

  var refusal: EntryRefusal? {
    if case .refused(let entry) = self { entry.reason } else { nil }
  }

  var place: IndexPlace {
    switch self {
    case .package(let package, _): package.place
    case .refused(let entry): entry.place
    }
  }
}

/// A text that a terminal should not print.
struct HostileText: Sendable, ExpressibleByStringInterpolation, CustomTestStringConvertible {
  let text: String

  init(stringLiteral text: String) { self.text = text }

  var testDescription: String { IndexText.quoted(text) }
}
