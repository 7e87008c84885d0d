// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// Where a row stands.
package enum RowPlace: Int64, Sendable {
  /// In a table of BitBake 2.8.
  case old
  case own, copied
}

/// The rows of one package, as they come by.
package struct PackageAudit {
  package let key: PackageKey
  private var (own, copied) = (ValueHolders(), ValueHolders())
  private var greatest: Revision?
  private var greatestText: String?

  package init(_ key: PackageKey) { self.key = key }

  package mutating func take(_ checksum: String, _ value: String, _ place: RowPlace, _ report: inout AuditReport) {
    guard let revision = Revision(value) else {
      report.findings.append(.unreadable(TupleKey(package: key, checksum: checksum), value: value))
      return
    }
    guard place != .copied else { return copied.add(revision, of: checksum) }
    own.add(revision, of: checksum)
    guard place == .own else { return }
    greatest = max(greatest ?? revision, revision)
    if let text = greatestText, !text.utf8.lexicographicallyPrecedes(value.utf8) { return }
    greatestText = value
  }

  package func finish(into report: inout AuditReport) {
    for (value, checksums) in own.duplicates {
      report.findings.append(.duplicate(key, value: value.text, checksums: checksums))
    }
    for (value, checksums) in copied.beside(own) {
      report.findings.append(
        .copiedDuplicate(key, value: value.text, own: own.checksums(with: value), copied: checksums))
    }
    guard let greatest, let greatestText, Revision(greatestText) != greatest else { return }
    report.findings.append(.misleadingOrder(key, asText: greatestText, asNumber: greatest.text))
  }
}

/// The rows of all packages, as they come by; those of one package come together.
package struct PackageAudits {
  private var package: PackageAudit?

  package init() {}

  package mutating func take(_ row: Row, _ place: RowPlace, _ report: inout AuditReport) {
    if package?.key != row.tuple.package {
      finish(into: &report)
      package = PackageAudit(row.tuple.package)
      report.packages += 1
    }
    package?.take(row.tuple.checksum, row.value, place, &report)
  }

  package func finish(into report: inout AuditReport) { package?.finish(into: &report) }
}
