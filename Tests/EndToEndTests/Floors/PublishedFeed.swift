// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Package feeds in a folder, in the form that OE-Core writes them.
extension TemporaryFolder {
  static func opkg(_ recipe: String, _ version: String, architecture: String = "core2-64") -> String {
    """
    Package: \(recipe)
    Version: \(version)
    Architecture: \(architecture)
    MD5Sum: 0cc175b9c0f1b6a831c399e269772661
    Size: 100
    Filename: \(recipe)_\(version)_\(architecture).ipk
    OE: \(recipe)


    """
  }

  static func apt(_ recipe: String, _ version: String, architecture: String) -> String {
    """
    Package: \(recipe)
    Architecture: amd64
    Version: \(version)
    Filename: ./\(recipe)_\(version)_amd64.deb
    Size: 100
    SHA256: ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb
    OE: \(recipe)
    PackageArch: \(architecture)


    """
  }

  static func dnf(_ packages: [(recipe: String, version: String, release: String, architecture: String)]) -> String {
    let elements = packages.map { package in
      let name = "\(package.recipe)-\(package.version)-\(package.release)"
      return """
        <package type="rpm">
          <name>\(package.recipe)</name>
          <arch>\(package.architecture)</arch>
          <version epoch="0" ver="\(package.version)" rel="\(package.release)"/>
          <checksum type="sha256" pkgid="YES">ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb</checksum>
          <size package="100" installed="100" archive="100"/>
          <format>
            <rpm:sourcerpm>\(name).src.rpm</rpm:sourcerpm>
          </format>
        </package>

        """
    }
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <metadata xmlns="http://linux.duke.edu/metadata/common" xmlns:rpm="http://linux.duke.edu/metadata/rpm" \
      packages="\(packages.count)">
      \(elements.joined())</metadata>

      """
  }

  /// Makes `repodata/` of a `primary.xml`.
  func makeRepository(of primary: String) throws {
    try makeFolder("repodata")
    try write(primary, to: "repodata/primary.xml")
    try shell("gzip -n repodata/primary.xml")
    let sum = try shell("sha256sum < repodata/primary.xml.gz").prefix { $0 != " " }
    try write(
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <repomd xmlns="http://linux.duke.edu/metadata/repo" xmlns:rpm="http://linux.duke.edu/metadata/rpm">
        <revision>1700000000</revision>
        <data type="primary">
          <checksum type="sha256">\(sum)</checksum>
          <location href="repodata/primary.xml.gz"/>
          <timestamp>1700000000</timestamp>
        </data>
      </repomd>

      """, to: "repodata/repomd.xml")
  }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: true)
  }

  /// Runs a line of the shell here.
  ///
  /// - Returns: what it wrote.
  @discardableResult
  func shell(_ line: String) throws -> String {
    let process = try ChildProcess("sh", ["-c", line], in: path)
    guard try process.wait() == .exit(0) else { throw Failure("\(line): \(process.errors.text)") }
    return process.output.text
  }
}
