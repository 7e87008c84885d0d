// SPDX-License-Identifier: Apache-2.0

/// Architectures as OE spells them, by which those of an index are read.
///
/// A deb index has `-` for OE's `_`, an rpm index `_` for `-` and `noarch` for `all`. OE uses both signs: `core2-64`, `x86_64`,
/// `x86_64-nativesdk`, and `_` alone in machines. Source: OE-Core's package_deb.bbclass and package_rpm.bbclass.
package struct ArchitectureNames: Sendable {
  private let deb: [String: [String]]
  private let rpm: [String: [String]]

  /// - Parameters:
  ///   - given: OE's PACKAGE_ARCH as an operator names it, each as often as it comes.
  ///   - known: those of a database. Where one of those that are given is written in the same way, it counts.
  package init(given: some Sequence<String>, known: some Sequence<String> = []) {
    func group(_ kind: IndexKind) -> [String: [String]] {
      let wanted = Dictionary(grouping: Set(given).sorted()) { Self.spelling(of: $0, in: kind) }
      let others = Dictionary(grouping: Set(known).sorted()) { Self.spelling(of: $0, in: kind) }
      return wanted.merging(others) { wanted, _ in wanted }
    }
    (deb, rpm) = (group(.deb), group(.rpm))
  }

  /// How an index of this kind writes an architecture.
  static func spelling(of name: String, in kind: IndexKind) -> String {
    switch kind {
    case .ipk: name
    case .deb: name.replacing("_", with: "-")
    case .rpm: name == "all" ? "noarch" : name.replacing("-", with: "_")
    }
  }

  /// The architecture that an index means.
  ///
  /// - Throws: `ambiguousArchitecture` where two are possible, and not exactly one of them is among the names.
  func name(of text: String, in kind: IndexKind) throws(MappingRefusal) -> String {
    if kind == .ipk { return text }
    if kind == .rpm, text == "noarch" { return "all" }
    let known = (kind == .deb ? deb : rpm)[text] ?? []
    if known.count == 1 { return known[0] }
    guard known.isEmpty, !text.utf8.contains(UInt8(ascii: kind == .deb ? "-" : "_")) else {
      throw .ambiguousArchitecture
    }
    return text
  }
}
