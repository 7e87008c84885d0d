// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex

extension FuzzTarget {
  /// The orders of versions of dpkg, opkg and rpm. They are orders: each version is equal to itself, and two relations imply
  /// the third one.
  static let versions = FuzzTarget("versions", length: 96) { bytes in
    var input = FuzzInput(bytes)
    let texts = input.rest().split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let versions = texts.map { PublishedVersion(text: $0) }
    for kind in IndexKind.allCases {
      let order = VersionOrder(kind)
      try requireOrder(texts) { order.relation(ofPart: $0, to: $1) }
      try requireOrder(versions) { order.relation(of: $0, to: $1) }
    }
  }

  private static func requireOrder<Version>(
    _ versions: [Version], _ relation: (Version, Version) -> VersionRelation
  ) throws {
    let relations = versions.map { one in versions.map { relation(one, $0).rawValue } }
    for one in versions.indices {
      try require(relations[one][one] == 0, "\(versions[one]) is not equal to itself")
      for two in versions.indices {
        let (there, back) = (relations[one][two], relations[two][one])
        try require(there == -back, "\(versions[one]), \(versions[two]) in both orders")
        for three in versions.indices where there <= 0 && relations[two][three] <= 0 {
          let expected = max(-1, there + relations[two][three])
          try require(relations[one][three] == expected, "\(versions[one]), \(versions[two]), \(versions[three])")
        }
      }
    }
  }
}
