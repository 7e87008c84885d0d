// SPDX-License-Identifier: Apache-2.0
import Foundation
import StoreCheck
import TestDisk

@testable import PRStore
@testable import PRStoreSQLite

extension DiskStory {
  var backupPath: String { disk.databases + "/backup.sqlite3" }
  var frozenPath: String { disk.databases + "/frozen.sqlite3" }

  /// Compares what is on the disk with what was answered.
  func check() {
    record.count { $0.checks += 1 }
    let book = record.book
    for fault in DatabaseCheck.faults(of: path, mark: disk.bytes(of: path + ".mark"), book) { record.fault(fault) }
    if let backup {
      for fault in DatabaseCheck.faults(of: backupPath, mark: nil, backup.orLater(book)) {
        record.fault("the backup: \(fault)")
      }
    }
    if isFrozen { checkFrozen() }
  }

  /// A frozen file that was made is there as a whole, with its manifest.
  private func checkFrozen() {
    guard let bytes = disk.bytes(of: frozenPath),
      let manifest = disk.bytes(of: Manifest.path(of: frozenPath)),
      let fields = try? JSONSerialization.jsonObject(with: Data(manifest)) as? [String: Any]
    else { return record.fault("the frozen file or its manifest is gone") }
    if fields["sha256"] as? String != RunningDigest.sha256(of: bytes) {
      record.fault("the frozen file does not fit its manifest")
    }
  }

  /// The shipped audit.
  func audit() {
    guard let process else { return }
    do throws(StoreError) {
      let report = try Audit(path: path, in: process.environment).run()
      if !report.isSound { record.fault("audit: \(report.damage) \(report.findings)") }
    } catch {
      record.fault("audit: \(error)")
    }
  }

  func back(_ process: StoreProcess) {
    record.note("backup")
    do throws(StoreError) {
      try Backup(of: path, to: backupPath, in: process.environment).run(replaces: true)
      if disk.hasPower { backup = record.book }
    } catch {
      record.refuse(error, "a backup")
    }
  }

  func freeze(_ process: StoreProcess) {
    record.note("freeze")
    isFrozen = false
    do throws(StoreError) {
      _ = try Freeze(of: path, to: frozenPath, in: process.environment).run(
        replaces: true, allowsDuplicates: true, allowsIncomplete: true, time: "2026-01-01T00:00:00Z")
      if disk.hasPower { isFrozen = true }
    } catch {
      record.refuse(error, "freezing")
    }
  }
}
