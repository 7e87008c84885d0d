// SPDX-License-Identifier: Apache-2.0

/// Requests as text. Names go in as they are.
enum Requests {
  static let ping = #"{"ping":{}}"#

  static func getPR(_ version: String, _ checksum: String, history: Bool = false) -> String {
    #"{"get-pr":{"version":"\#(version)","pkgarch":"core2-64","checksum":"\#(checksum)","history":\#(history)}}"#
  }

  static func testPR(_ version: String, _ checksum: String, history: Bool = false) -> String {
    #"{"test-pr":{"version":"\#(version)","pkgarch":"core2-64","checksum":"\#(checksum)","history":\#(history)}}"#
  }

  static func importOne(_ version: String, _ checksum: String, value: String) -> String {
    #"{"import-one":{"version":"\#(version)","pkgarch":"core2-64","checksum":"\#(checksum)","value":\#(value)}}"#
  }

  static func maxPackagePR(_ version: String) -> String {
    #"{"max-package-pr":{"version":"\#(version)","pkgarch":"core2-64"}}"#
  }

  static func export(history: Bool) -> String {
    #"{"export":{"version":null,"pkgarch":null,"checksum":null,"colinfo":false,"history":\#(history)}}"#
  }
}

/// A row of an export, or an answer to a `get-pr` that asked for its first two.
struct RecordedRow: Hashable, Sendable {
  let version: String
  let checksum: String
  let value: String

  /// The value's components. Tests that use it compare numbers of one component count.
  var number: [Int] { value.split(separator: ".").compactMap { Int($0) } }
}

extension RawConnection {
  /// All rows of the server, or those with the greatest value of their package.
  func rows(history: Bool = true) throws -> [RecordedRow] {
    let reply = try ask(Requests.export(history: history))
    guard let rows = reply["datainfo"] else { throw Failure("no export: \(reply)") }
    return try rows.elements.map { row in
      guard let version = row["version"]?.string, let checksum = row["checksum"]?.string, let value = row.value else {
        throw Failure("no row: \(row)")
      }
      return RecordedRow(version: version, checksum: checksum, value: value)
    }
  }
}
