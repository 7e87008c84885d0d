// SPDX-License-Identifier: Apache-2.0
import PRRevision

extension UpstreamQuestion {
  /// What it asks about, for a line of the log.
  var subject: String {
    switch self {
    case .tuple(let tuple, _): tuple.description.printable
    case .package(let package): package.description.printable
    }
  }

  /// A question of the same kind about a package that does not exist. It tells whether a server answers such questions
  /// at all; the question that was in trouble could not tell that.
  var probe: UpstreamQuestion {
    let tuple = TupleKey(version: "headwater-probe", pkgarch: "none", checksum: "none")
    return switch self {
    case .tuple(_, let history): .tuple(tuple, history)
    case .package: .package(tuple.package)
    }
  }
}
