// SPDX-License-Identifier: Apache-2.0

/// Under which key OE-Core counts source revisions, the `AUTOINC` of a version.
///
/// Source: `package_get_auto_pr` in OE-Core's package.bbclass, in the branches of the releases that are named.
package enum CountedRevisionKey: String, Hashable, Sendable, CaseIterable {
  /// From 1.7 (dizzy) to 4.2 (mickledore). PV holds the revision, `1.0+gitAUTOINC+9f2c3a1b00`. The key is PF up to `AUTOINC`.
  case uptoRevision = "mickledore"
  /// From 4.3 (nanbield) to 5.2 (walnascar). Only PKGV holds the revision. The key is PF without its last character.
  case withoutLastCharacter = "walnascar"
  /// From 5.3 (whinlatter). Only PKGV holds the revision. The key is PF without PR.
  case withoutPR = "whinlatter"

  private static let releases: [(CountedRevisionKey, [String])] = [
    (
      .uptoRevision,
      [
        "dizzy", "fido", "jethro", "krogoth", "morty", "pyro", "rocko", "sumo", "thud", "warrior",
        "zeus", "dunfell", "gatesgarth", "hardknott", "honister", "kirkstone", "langdale", "mickledore",
      ]
    ),
    (.withoutLastCharacter, ["nanbield", "scarthgap", "styhead", "walnascar"]),
    (.withoutPR, ["whinlatter", "wrynose"]),
  ]

  /// The releases of OE-Core whose key is known, oldest first.
  package static var releaseNames: [String] { releases.flatMap(\.1) }

  /// - Parameter release: the name of a release of OE-Core, such as `scarthgap`.
  package init?(release: String) {
    guard let known = Self.releases.first(where: { $0.1.contains(release) }) else { return nil }
    self = known.0
  }
}
