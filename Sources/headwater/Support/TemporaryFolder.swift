// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A folder for what a command keeps while it runs.
struct TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("headwater-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
  }

  /// Removes the folder with all that is in it.
  func remove() { try? FileManager.default.removeItem(at: url) }
}
