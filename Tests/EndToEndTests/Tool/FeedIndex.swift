// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A package as an index of a feed lists it.
struct ListedPackage {
  let name: String
  let version: String
  let arch: String
  let recipe: String
  /// A digit of its checksum.
  let content: String

  /// - Parameter recipe: nil for the one that is called like the package.
  init(_ name: String, _ version: String, arch: String = "core2-64", of recipe: String? = nil, content: String = "a") {
    (self.name, self.version, self.arch, self.content) = (name, version, arch, content)
    self.recipe = recipe ?? name
  }

  /// An entry in the form of OE-Core's index of ipk packages: 8 lines.
  fileprivate var ipk: String {
    """
    Package: \(name)
    Version: \(version)
    Architecture: \(arch)
    OE: \(recipe)
    SHA256sum: \(String(repeating: content, count: 64))
    Size: 100
    Filename: \(name).ipk


    """
  }
}

extension TemporaryFolder {
  /// Writes an ipk index.
  func writeIndex(_ packages: [ListedPackage], to name: String = "Packages") throws {
    let path = URL(fileURLWithPath: path(name)).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
    try write(packages.map(\.ipk).joined(), to: name)
  }
}
