// SPDX-License-Identifier: Apache-2.0
import PRPackageIndex

extension PublishedPackage {
  /// A package `foo 1.0-r0.7 core2-64` of the recipe `foo`, but for what is given.
  static func sample(
    _ name: String = "foo", _ version: String = "1.0-r0.7", arch: String = "core2-64", recipe: String? = "foo",
    content: String? = "sha256:aa", size: UInt64? = 100, line: Int = 1, file: String = "Packages"
  ) -> PublishedPackage {
    PublishedPackage(
      name: name, version: PublishedVersion(text: version), architecture: arch, recipe: recipe,
      content: content.map { PublishedContent(checksum: $0, size: size) }, place: IndexPlace(file: file, line: line))
  }
}
