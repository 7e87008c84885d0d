// SPDX-License-Identifier: Apache-2.0
import Foundation
import Subprocess

/// Reads the records of packages in a folder of buildhistory, and those of its past if it is a git repository.
package struct BuildHistoryReader {
  private let folder: String
  private let git: String

  /// - Parameter folder: BUILDHISTORY_DIR, which has the folder `packages`.
  package init(folder: String, git: String = "git") { (self.folder, self.git) = (folder, git) }

  /// Reads all records: those of the folder in the order of their paths, then those of the commits, the newest first. A
  /// record that several commits have is given for each.
  ///
  /// - Parameters:
  ///   - vendor: the build's TARGET_VENDOR; nil if the folder of packages for all architectures shows it.
  ///   - progress: called now and then, with how many records were read.
  ///   - body: called with each record. What it was given counts only if this returns.
  /// - Throws: ``IndexError``, `CancellationError`, or what the body throws.
  package func read(
    vendor: String? = nil, progress: (Int) -> Void = { _ in }, _ body: (IndexEntry) throws -> Void
  ) async throws -> IndexSummary {
    let targets = try RecordFolder.folders(
      in: RecordFolder.path(of: "packages", in: folder, kind: "BUILDHISTORY_DIR of the build"))
    guard let system = vendor.map(TargetSystem.init(vendor:)) ?? TargetSystem(folders: targets) else {
      throw IndexError.unknownTargets(folder: folder + "/packages")
    }
    var summary = IndexSummary()
    func give(_ bytes: [UInt8]?, _ path: RecordPath, _ place: IndexPlace) throws {
      let entry = Self.entry(bytes, path, system: system, place: place)
      summary.count(entry)
      summary.bytes += UInt64(clamping: bytes?.count ?? 0)
      try body(entry)
      progress(summary.packages + summary.refused)
    }
    for target in targets { try readFolder(target, give) }
    if FileManager.default.fileExists(atPath: folder + "/.git") { try await readCommits(give) }
    summary.indexes = 1
    return summary
  }

  private func readFolder(_ target: String, _ give: ([UInt8]?, RecordPath, IndexPlace) throws -> Void) throws {
    let targetFolder = "\(folder)/packages/\(target)"
    for recipe in try RecordFolder.folders(in: targetFolder) {
      for package in try RecordFolder.folders(in: "\(targetFolder)/\(recipe)") {
        try Task.checkCancellation()
        let path = RecordPath(target: target, recipe: recipe, package: package)
        let file = "\(folder)/\(path.text)"
        guard RecordFolder.isFile(file) else { continue }
        try give(try RecordFolder.contents(of: file), path, IndexPlace(file: file))
      }
    }
  }

  private func readCommits(_ give: ([UInt8]?, RecordPath, IndexPlace) throws -> Void) async throws {
    var log = HistoryReader(repository: folder)
    var changes: [RecordChange] = []
    let arguments = [
      "-c", "log.showRoot=true", "log", "--raw", "-z", "--no-abbrev", "--no-renames", "-m", "--format=c:%H", "HEAD",
      "--", "packages",
    ]
    try await process(arguments).run(
      input: .none,
      afterChunk: {
        try await readBlobs(changes, give)
        changes.removeAll(keepingCapacity: true)
      },
      { try log.read($0.bindMemory(to: UInt8.self).span, into: &changes) })
    try log.finish()
  }

  private func readBlobs(
    _ changes: [RecordChange], _ give: ([UInt8]?, RecordPath, IndexPlace) throws -> Void
  ) async throws {
    guard !changes.isEmpty else { return }
    var reader = BlobReader(repository: folder)
    var blobs: [[UInt8]?] = []
    var rest = changes[...]
    let input = Array(changes.map { $0.blob + "\n" }.joined().utf8)
    try await process(["cat-file", "--batch"]).run(input: .array(input)) { chunk in
      try reader.read(chunk.bindMemory(to: UInt8.self).span, into: &blobs)
      for blob in blobs {
        guard let change = rest.popFirst() else { break }
        let place = IndexPlace(file: "\(folder)/\(change.path.text)@\(change.commit)")
        try give(blob, change.path, place)
      }
      blobs.removeAll(keepingCapacity: true)
    }
    try reader.finish()
    guard rest.isEmpty else {
      throw IndexError.malformed(IndexPlace(file: folder), problem: .unexpectedOutput)
    }
  }

  /// The repository's own settings may name programs; none of them is run. They may also name a remote for objects that are
  /// missing, and the helper that reaches it: no protocol is allowed.
  private func process(_ arguments: [String]) -> ChildProcess {
    let settings = ["log.showSignature=false", "core.fsmonitor=false", "core.hooksPath=/dev/null"].flatMap {
      ["-c", $0]
    }
    let unset = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"]
    return ChildProcess(
      program: git, arguments: ["--no-pager", "--no-replace-objects", "-C", folder] + settings + arguments,
      package: "git", path: folder, unset: unset,
      set: ["GIT_ALLOW_PROTOCOL": "", "GIT_NO_LAZY_FETCH": "1"])
  }

  private static func entry(
    _ bytes: [UInt8]?, _ path: RecordPath, system: TargetSystem, place: IndexPlace
  ) -> IndexEntry {
    do throws(EntryRefusal) {
      guard let bytes else { throw .tooLong(field: "record", limit: IndexLimits.entry) }
      guard let architecture = system.architecture(of: path.target) else { throw .unknownTarget(folder: path.target) }
      let recipe = try EntryValue.text(Array(path.recipe.utf8), field: "recipe")
      let name = try EntryValue.text(Array(path.package.utf8), field: "package")
      let record = BuildRecord(history: bytes)
      return .package(
        try record.package(name: name, recipe: recipe, architecture: architecture, place: place), nil)
    } catch {
      return .refused(RefusedEntry(place: place, reason: error))
    }
  }
}
