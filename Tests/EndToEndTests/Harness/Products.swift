// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The programs that were built together with this test bundle, or those in the folder that the environment variable
/// `HEADWATER_PRODUCTS` names.
enum Product: String {
  case headwater
  case bitbakePrserv = "bitbake-prserv"

  /// Where the program is.
  ///
  /// - Throws: a sentence that says where it was looked for.
  var path: String {
    get throws {
      let folder = try ProcessInfo.processInfo.environment["HEADWATER_PRODUCTS"] ?? Self.bundleFolder
      let path = "\(folder)/\(rawValue)"
      guard access(path, X_OK) == 0 else {
        throw Failure("no program '\(rawValue)' in \(folder): run 'swift build --build-tests' first")
      }
      return path
    }
  }

  /// What was built together with this test bundle.
  static var bundleFolder: String {
    get throws {
      let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
      return (bundle as NSString).deletingLastPathComponent
    }
  }
}

/// Heavier variants run when `HEADWATER_LONG_TESTS` is 1.
let runsLongTests = ProcessInfo.processInfo.environment["HEADWATER_LONG_TESTS"] == "1"
