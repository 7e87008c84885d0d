// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore

/// The differences of a comparison in temporary files, since their counts are printed first.
struct DifferenceSpool {
  private var packages: TextSpool
  /// Of contents and floors, in the order of their packages.
  private var details: TextSpool

  init(in folder: URL) throws {
    packages = try TextSpool(in: folder, named: "packages")
    details = try TextSpool(in: folder, named: "details")
  }

  mutating func add(_ difference: ReleaseDifference) throws {
    switch difference {
    case .package(let found):
      try packages.append([
        found.package.version, found.package.pkgarch, found.change.rawValue, found.old?.text ?? "",
        found.new?.text ?? "", "\(found.oldContents)", "\(found.newContents)",
      ])
    case .content(let tuple, let old, let new):
      try details.append([
        tuple.package.version, tuple.package.pkgarch, "content", tuple.checksum, Self.joined(old), Self.joined(new),
      ])
    case .floor(let package, let old, let new):
      try details.append([package.version, package.pkgarch, "floor", "", old?.text ?? "", new?.text ?? ""])
    }
  }

  /// Differences can be read from then on.
  mutating func finish() throws {
    try packages.finish()
    try details.finish()
  }

  /// What a reader of the differences wants after a package.
  enum Wish {
    case details
    case nextPackage
    case nothing
  }

  /// Goes through the packages in their order.
  ///
  /// - Parameters:
  ///   - visit: is called with each package.
  ///   - detail: is called with its contents and its floor, if `visit` wants them.
  func walk(_ visit: (PackageDifference) throws -> Wish, detail: (ReleaseDifference) throws -> Void) throws {
    var packages = try packages.records(of: Self.packageFields)
    var details = try details.records(of: Self.detailFields)
    var following = try details.next()
    while let texts = try packages.next() {
      guard let package = PackageDifference(texts) else { throw packages.unreadable }
      let wish = try visit(package)
      if wish == .nothing { return }
      while let texts = following, PackageKey(version: texts[0], pkgarch: texts[1]) == package.package {
        if wish == .details { try detail(ReleaseDifference(detail: texts)) }
        following = try details.next()
      }
    }
  }

  fileprivate static let packageFields = 7
  private static let detailFields = 6
  fileprivate static let separator = "\0"

  private static func joined(_ values: [String]) -> String { values.joined(separator: separator) }
}

extension PackageDifference {
  fileprivate init?(_ texts: [String]) {
    guard let change = PackageChange(rawValue: texts[2]) else { return nil }
    guard let oldContents = Int(texts[5]), let newContents = Int(texts[6]) else { return nil }
    self.init(
      package: PackageKey(version: texts[0], pkgarch: texts[1]), change: change, old: Revision(texts[3]),
      new: Revision(texts[4]), oldContents: oldContents, newContents: newContents)
  }
}

extension ReleaseDifference {
  fileprivate init(detail texts: [String]) {
    let package = PackageKey(version: texts[0], pkgarch: texts[1])
    guard texts[2] == "content" else {
      self = .floor(package, old: Revision(texts[4]), new: Revision(texts[5]))
      return
    }
    let values = texts[4...5].map { $0.isEmpty ? [] : $0.components(separatedBy: DifferenceSpool.separator) }
    self = .content(TupleKey(package: package, checksum: texts[3]), old: values[0], new: values[1])
  }
}
