// SPDX-License-Identifier: Apache-2.0

/// The end of the names of buildhistory's folders, which OE-Core calls MULTIMACH_TARGET_SYS: `core2-64-poky-linux` is the
/// architecture `core2-64` followed by TARGET_VENDOR and TARGET_OS. A vendor's name and an architecture may both have hyphens,
/// so that the vendor has to be known.
struct TargetSystem {
  /// TARGET_VENDOR, with its hyphen; it may be empty.
  let vendor: String

  init(vendor: String) { self.vendor = vendor }

  /// Finds the vendor by the folder of packages for all architectures, `all-poky-linux`.
  init?(folders: [String]) {
    let vendors = folders.compactMap { folder -> String? in
      guard folder.hasPrefix("all-"), folder.hasSuffix("-linux") else { return nil }
      return String(folder.utf8.dropFirst(3).dropLast(6))
    }
    guard let vendor = vendors.first, vendors.allSatisfy({ $0 == vendor }) else { return nil }
    self.vendor = vendor
  }

  /// - Returns: nil if the name does not end with this system.
  func architecture(of folder: String) -> String? {
    // OE-Core's SDK has a vendor of its own, and this suffix in its architectures.
    if let sdk = folder.firstRange(of: "-nativesdk-") {
      let rest = folder[sdk.upperBound...].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard let system = rest.last, rest.count == 2, Self.isSystem(system), sdk.lowerBound > folder.startIndex else {
        return nil
      }
      return folder[..<sdk.lowerBound] + "-nativesdk"
    }
    for place in folder.ranges(of: vendor + "-").reversed() where place.lowerBound > folder.startIndex {
      if Self.isSystem(folder[place.upperBound...]) { return String(folder[..<place.lowerBound]) }
    }
    return multilib(folder)
  }

  /// A multilib's vendor has `ml` and the name of the variant behind it: `-pokymllib32`.
  private func multilib(_ folder: String) -> String? {
    guard !vendor.isEmpty else { return nil }
    for place in folder.ranges(of: vendor + "ml").reversed() where place.lowerBound > folder.startIndex {
      let rest = folder[place.upperBound...].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard rest.count == 2, let variant = rest.first, let system = rest.last else { continue }
      if !variant.isEmpty, Self.isSystem(system) { return String(folder[..<place.lowerBound]) }
    }
    return nil
  }

  /// TARGET_OS of OE-Core: `linux`, `linux-musl`, `linux-gnueabi` and the like, and those of builds without a kernel.
  private static func isSystem(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return text == "elf" || text == "eabi" || text == "mingw32"
      || (parts.first == "linux" && parts.count <= 2 && parts.allSatisfy { !$0.isEmpty })
  }
}
