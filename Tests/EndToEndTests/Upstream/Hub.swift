// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// An upstream that is a process of its own, and comes back under the same address.
final class Hub {
  let folder: TemporaryFolder
  private(set) var server: ServerProcess
  private(set) var database: String

  init() throws {
    folder = try TemporaryFolder()
    database = "hub.sqlite3"
    server = try Self.start(folder, database)
  }

  private static func start(_ folder: TemporaryFolder, _ database: String) throws -> ServerProcess {
    try ServerProcess(in: folder, database: database, listeners: ["unix://\(folder.path("hub.socket"))"])
  }

  /// As an option of `headwater serve`. No other process can take it meanwhile, as it could a port.
  var address: String { "unix://\(folder.path("hub.socket"))" }

  func die() throws { try server.kill() }

  /// Comes back, on another database perhaps.
  func comeBack(with database: String? = nil) throws {
    self.database = database ?? self.database
    server = try Self.start(folder, self.database)
  }

  func backUp(to name: String) throws {
    try run(.headwater, ["backup", "--database", database, name], in: folder).succeeded()
  }

  /// Somebody asks it directly.
  @discardableResult
  func getPR(_ version: String, _ checksum: String) throws -> String? {
    try server.connect().ask(Requests.getPR(version, checksum)).value
  }
}
