// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRStore

/// What stands beside a frozen database, and must fit it.
package struct Manifest: Codable, Hashable, Sendable {
  /// The store that was frozen.
  package var store: String
  /// Its last serial, and its feed's digest there.
  package var serial: Int64
  package var digest: String
  /// How many rows are frozen, own and copied.
  package var rows: Int
  /// Of the frozen file, in hexadecimal digits.
  package var sha256: String
  /// When, in ISO 8601.
  package var frozen: String
  /// The SHA-256 of all the above: the manifest vouches for the file, and this for the manifest.
  package var seal = ""

  init(store: String, serial: Int64, digest: String, rows: Int) {
    self.store = store
    self.serial = serial
    self.digest = digest
    self.rows = rows
    sha256 = ""
    frozen = ""
  }

  /// Where the manifest of a file is.
  package static func path(of file: String) -> String { file + ".manifest.json" }

  /// A manifest has less than 1,000 bytes.
  private static let maximumLength = 1 << 16

  static func read(of file: String, on files: any StoreFiles) throws(StoreError) -> Manifest {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.prefix(maximumLength, of: path(of: file))
    } catch {
      throw .unfit(
        path: file,
        detail: error.isMissing
          ? "its manifest \(path(of: file)) is not there"
          : "its manifest \(path(of: file)) cannot be read: \(error); \(error.advice)")
    }
    do {
      return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    } catch {
      throw .unfit(
        path: file,
        detail: "its manifest \(path(of: file)) cannot be read: "
          + "take both files from where they were frozen, or freeze anew")
    }
  }

  /// What ``seal`` has to be. Lines, and not JSON, which may be written in many ways.
  var expectedSeal: String {
    FileDigest.sha256(of: [store, "\(serial)", digest, "\(rows)", sha256, frozen].map { "\($0)\n" }.joined().utf8)
  }

  func write(of file: String, in environment: StoreEnvironment) throws(StoreError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text: Data
    do {
      text = try encoder.encode(self) + Data("\n".utf8)
    } catch {
      throw .engine(path: file, detail: "its manifest could not be written: \(error)")
    }
    let path = Self.path(of: file)
    do throws(FileError) {
      try AtomicFile(path, in: environment).write(text)
    } catch {
      throw StoreError(error, writing: path, of: file, "its manifest could not be written")
    }
  }

  /// Reads the manifest of a frozen file, and checks that the file is the one that was frozen.
  package static func verified(
    of file: String, in environment: StoreEnvironment = .system
  ) throws(StoreError) -> Manifest {
    let manifest = try read(of: file, on: environment.files)
    guard manifest.seal == manifest.expectedSeal else {
      throw .unfit(
        path: file, detail: "its manifest \(path(of: file)) was changed: take both files from where they were frozen")
    }
    guard try FileDigest.sha256(of: file, on: environment.files) == manifest.sha256 else {
      throw .unfit(
        path: file,
        detail: "it is not the file that its manifest describes: it was changed or cut short; "
          + "take both files from where they were frozen")
    }
    return manifest
  }
}
