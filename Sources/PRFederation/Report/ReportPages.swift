// SPDX-License-Identifier: Apache-2.0

/// A report whose members are put in the order of their names once, from which pages are cut.
package struct ReportPages: Sendable {
  /// With its members in order.
  private let report: FederationReport

  package init(_ report: FederationReport) {
    var report = report
    report.members.sort { $0.name < $1.name }
    self.report = report
  }

  /// Where a page begins.
  ///
  /// - Parameter name: the members before it, and itself, were on an earlier page; nil for the first page.
  package func start(after name: String?) -> Int {
    guard let name else { return 0 }
    var (low, high) = (0, report.members.count)
    while low < high {
      let middle = (low + high) / 2
      if name < report.members[middle].name { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Some of the members. The page has ``FederationReport/next`` where there are more.
  ///
  /// - Parameters:
  ///   - start: of ``start(after:)``.
  ///   - isFirst: it has what is no member's as well.
  package func page(from start: Int, isFirst: Bool) -> FederationReport {
    var page = report
    page.members = Array(report.members[start...].prefix(FederationReport.pageLength))
    if !isFirst { (page.handMade, page.rekeying) = (nil, nil) }
    page.next = start + page.members.count < report.members.count ? page.members.last?.name : nil
    return page
  }
}
