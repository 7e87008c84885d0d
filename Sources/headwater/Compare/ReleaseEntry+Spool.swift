// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRStore

extension ReleaseEntry: SpoolRecord {
  static let fields = 5

  var texts: [String] {
    switch place {
    case .floor(let package): ["floor", package.version, package.pkgarch, "", value]
    case .content(let tuple): ["row", tuple.package.version, tuple.package.pkgarch, tuple.checksum, value]
    }
  }

  var size: Int { texts.reduce(0) { $0 + $1.utf8.count } }

  init?(texts: [String]) {
    guard texts.count == Self.fields else { return nil }
    let package = PackageKey(version: texts[1], pkgarch: texts[2])
    self.init(
      place: texts[0] == "floor" ? .floor(package) : .content(TupleKey(package: package, checksum: texts[3])),
      value: texts[4])
  }

  func isCovered(by former: ReleaseEntry) -> Bool { false }
}
