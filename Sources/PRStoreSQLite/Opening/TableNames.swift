// SPDX-License-Identifier: Apache-2.0
import PRStore

/// The tables of a file, and what they tell of the program that made it.
struct TableNames: Hashable {
  private let names: [String]

  /// The tables of BitBake's servers, of every version.
  private static let bitbake = ["PRMAIN", "PRMAIN_nohist", "PRMAIN_hist"]

  init(_ names: [String]) { self.names = names.sorted() }

  /// There are tables, and none of a PR server.
  var areForeign: Bool {
    !names.isEmpty && !names.contains { Self.bitbake.contains($0) || $0.hasPrefix("headwater_") }
  }

  /// As many as a message has room for.
  var shown: [String] { Array(names.prefix(3)) + (names.count > 3 ? ["…"] : []) }
}

extension Connection {
  /// The tables that a program made; SQLite's own are left out.
  func tableNames() throws(StoreError) -> [String] {
    let statement = try prepare(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' LIMIT 100")
    var names: [String] = []
    while try statement.step() { if let name = statement.text(0) { names.append(name) } }
    return names
  }
}
