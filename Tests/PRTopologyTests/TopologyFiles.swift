// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTopology

/// The files of the folder `topology/`.
enum TopologyFiles {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("topology")

  static let good = ["build-farm.yaml", "sites.yaml", "release.yaml", "authority.yaml", "managed.yaml"]
  /// Those that name files of certificates.
  static let withCertificates = good.filter { $0 != "managed.yaml" }

  /// The names of the files with one mistake each, without their endings.
  static let broken = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/broken")) ?? [])
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

  /// Reads a good file as if all of its certificates were there.
  static func topology(_ name: String) throws -> Topology? {
    Topology.read(try bytes(name), file: name, certificates: CertificateFiles(exists: { _ in true })).topology
  }

  /// Reads a text, and gives its complaints as a person sees them.
  static func complaints(_ text: String, exists: ((String) -> Bool)? = nil) -> [String] {
    Topology.read(text.utf8, file: "t.yaml", certificates: exists.map { CertificateFiles(exists: $0) }).diagnostics.map(
      \.description)
  }
}
