// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestProcesses

/// PostgreSQL's programs on this machine, all of one version.
package struct PostgresPrograms: Sendable {
  /// The folder with the programs of the server.
  package let folder: String
  /// The environment of each program: messages in English, and no settings of the user who runs the tests.
  package static let environment = ["LC_ALL": "C", "PGOPTIONS": "", "PGPASSWORD": ""]

  private static let needed = [
    "initdb", "pg_basebackup", "pg_controldata", "pg_ctl", "pg_rewind", "postgres", "psql",
  ]

  /// For `.enabled(if:)`. With `HEADWATER_NEEDS_POSTGRES=1` the tests are not skipped, and fail without the programs.
  package static let available = found != nil || environmentVariable("HEADWATER_NEEDS_POSTGRES") == "1"

  private static let found = folders.first { folder in
    needed.allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
  }

  package init() throws {
    guard let folder = Self.found else {
      throw Failure("there is no folder with \(Self.needed): run '.ci/install everything'")
    }
    self.folder = folder
  }

  package func path(_ program: String) -> String { "\(folder)/\(program)" }

  /// The folders of PATH, with links followed, since `/usr/bin` has wrappers on Debian; then Debian's own folders.
  private static var folders: [String] {
    let path = (environmentVariable("PATH") ?? "").split(separator: ":").map(String.init)
    let linked = path.map { ($0 + "/initdb").resolvingLinks.droppingLastComponent }
    let base = "/usr/lib/postgresql"
    let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).compactMap { Int($0) }
    return linked + versions.sorted(by: >).map { "\(base)/\($0)/bin" }
  }

  private static func environmentVariable(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name]
  }
}

extension String {
  fileprivate var resolvingLinks: String { URL(fileURLWithPath: self).resolvingSymlinksInPath().path }
  fileprivate var droppingLastComponent: String { URL(fileURLWithPath: self).deletingLastPathComponent().path }
}
