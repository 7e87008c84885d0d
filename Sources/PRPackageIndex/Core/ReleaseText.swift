// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// The release of a package, OE's PKGR, taken apart: PR, and the value that the PR server gave.
///
/// PKGR is PR, then a dot and the value. A build without a PR server has PR alone. Where PR is not recorded, it is `r` and
/// digits, which is the style of OE-Core. Source: docs/decisions/0052-from-a-version-to-a-revision.md.
struct ReleaseText {
  /// OE's PR.
  let revision: String
  /// What follows PR and its dot; nil where PR is all.
  private let rest: Substring?

  /// - Parameter recorded: the recipe's PR; nil where it is not recorded.
  init(_ release: String?, recorded: String?) throws(MappingRefusal) {
    guard let release, !release.isEmpty else { throw .noRelease }
    let revision = recorded ?? Self.plainRevision(of: release)
    guard !revision.isEmpty else { throw .foreignRelease }
    // In bytes: a mark that joins the last digit does not belong to PR.
    let rest =
      release.utf8.starts(with: revision.utf8) ? Substring(release.utf8.dropFirst(revision.utf8.count)) : nil
    guard let rest, rest.isEmpty || rest.utf8.first == UInt8(ascii: ".") else {
      throw recorded == nil ? .foreignRelease : .otherRelease
    }
    self.revision = revision
    self.rest = rest.isEmpty ? nil : rest.dropFirst()
  }

  /// The value; nil where there is none.
  ///
  /// - Parameter maximumNumbers: how many numbers a value may have; nil where PR is recorded, and nothing depends on it.
  func value(maximumNumbers: Int?) throws(MappingRefusal) -> Revision? {
    guard let rest else { return nil }
    guard let value = Revision(String(rest)) else { throw .unreadableValue }
    if let maximumNumbers, value.components.count > maximumNumbers { throw .tooManyNumbers }
    return value
  }

  /// `r` and digits at the beginning of a release; empty where there are none.
  private static func plainRevision(of release: String) -> String {
    guard release.utf8.first == UInt8(ascii: "r") else { return "" }
    let digits = release.dropFirst().prefix { VersionBytes.isDigit($0.asciiValue ?? 0) }
    return digits.isEmpty ? "" : "r\(digits)"
  }
}
