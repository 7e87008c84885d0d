// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess

/// Reads package indexes from files and pipes, compressed or not, in flat memory.
package struct PackageIndexReader: Sendable {
  /// The name of the program for a kind of compression.
  private let program: @Sendable (Compression) -> String

  package init(program: @escaping @Sendable (Compression) -> String = { $0.rawValue }) { self.program = program }

  /// Reads one index.
  ///
  /// - Parameters:
  ///   - before: how many packages other indexes had that are read for the same purpose.
  ///   - progress: called now and then, with how far the file is read.
  ///   - body: called with each entry, in the order of the index. What it was given counts only if this returns.
  /// - Throws: ``IndexError`` if the index is not read to its end, `CancellationError`, or what the body throws.
  package func read(
    _ source: IndexSource, before: Int = 0, progress: (IndexProgress) -> Void = { _ in },
    _ body: (IndexEntry) throws -> Void
  ) async throws -> IndexSummary {
    guard case .file(let path) = source, URL(fileURLWithPath: path).lastPathComponent == "repomd.xml" else {
      return try await read(IndexFile(source), folder: source.folder, before: before, progress: progress, body)
    }
    let primary = try RPMRepository(repomd: path).primary()
    return try await read(primary, folder: nil, before: before, progress: progress, body)
  }

  private func read(
    _ file: IndexFile, folder: String?, before: Int, progress: (IndexProgress) -> Void,
    _ body: (IndexEntry) throws -> Void
  ) async throws -> IndexSummary {
    var reader = IndexReader(file: file.name, folder: folder)
    var summary = IndexSummary()
    var entries: [IndexEntry] = []
    func give() throws {
      for entry in entries {
        summary.count(entry)
        guard before + summary.packages + summary.refused <= IndexLimits.packages else {
          throw IndexError.tooManyPackages(path: file.name, limit: IndexLimits.packages)
        }
        try body(entry)
      }
      entries.removeAll(keepingCapacity: true)
    }
    try await bytes(of: file) { chunk in
      summary.bytes += UInt64(clamping: chunk.count)
      guard summary.bytes <= IndexLimits.index else {
        throw IndexError.tooLong(path: file.name, limit: IndexLimits.index)
      }
      try reader.read(chunk.bindMemory(to: UInt8.self).span, into: &entries)
      try give()
      progress(IndexProgress(file: file.name, position: file.position ?? summary.bytes, length: file.length))
    }
    try reader.finish(into: &entries)
    try give()
    summary.indexes = 1
    return summary
  }

  /// Gives the file's bytes after decompression.
  private func bytes(of file: IndexFile, _ body: (UnsafeRawBufferPointer) throws -> Void) async throws {
    guard let compression = file.compression else {
      return try file.readAll { try $0.withUnsafeBytes { try body($0) } }
    }
    let process = ChildProcess(
      program: program(compression), arguments: compression.arguments, package: compression.package, path: file.name)
    let spool = file.length == nil ? try IndexSpool(file) : nil
    // Both stay open until the program has ended.
    defer { withExtendedLifetime((file, spool)) {} }
    let input = FileDescriptorInput.fileDescriptor(
      .init(rawValue: spool?.descriptor ?? file.descriptor), closeAfterSpawningProcess: false)
    try await process.run(input: input, body)
  }
}

extension IndexSource {
  /// The last part of the path of the folder that the file is in.
  fileprivate var folder: String? {
    guard case .file(let path) = self else { return nil }
    return URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().lastPathComponent
  }
}
