// SPDX-License-Identifier: Apache-2.0

/// The requests there are, in the order in which a message that names several is read.
public enum RequestName: String, CaseIterable, Sendable {
  case ping
  case getPR = "get-pr"
  case testPR = "test-pr"
  case testPackage = "test-package"
  case maxPackagePR = "max-package-pr"
  case importOne = "import-one"
  case export
  case isReadonly = "is-readonly"

  init?(_ name: JSONText, in bytes: UnsafeRawBufferPointer) {
    guard let found = Self.spellings.first(where: { name.equals($0.spelling, in: bytes) }) else { return nil }
    self = found.name
  }

  /// `get-pr` first: nearly every request is one.
  private static let spellings: [(name: RequestName, spelling: StaticString)] = [
    (.getPR, "get-pr"), (.ping, "ping"), (.testPR, "test-pr"), (.testPackage, "test-package"),
    (.maxPackagePR, "max-package-pr"), (.importOne, "import-one"), (.export, "export"), (.isReadonly, "is-readonly"),
  ]

  /// The smaller goes first.
  var rank: Int { Self.allCases.firstIndex(of: self)! }  // every case is among all cases
}
