// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRTopology
import Testing

/// `topology/broken/`: one mistake a file, and beside it what is said about it.
@Suite("Broken files")
struct BrokenFileTests {
  /// What the files of `broken/` suppose of the disk: `/tls` has certificates, all but one.
  static func exists(_ path: String) -> Bool { path == "." || path.hasPrefix("/tls") && path != "/tls/lost.key" }

  @Test("a mistake gives exactly the text that is expected", arguments: TopologyFiles.broken)
  func expected(name: String) throws {
    let reading = Topology.read(
      try TopologyFiles.bytes("broken/\(name).yaml"), file: "\(name).yaml",
      certificates: CertificateFiles(exists: Self.exists))
    let text = reading.diagnostics.map { "\($0)\n" }.joined()
    let path = TopologyFiles.folder.appendingPathComponent("broken/\(name).expected")
    if ProcessInfo.processInfo.environment["HEADWATER_WRITE_EXPECTED"] == "1" {
      try Data(text.utf8).write(to: path)
    }
    #expect(text == (try? String(contentsOf: path, encoding: .utf8)))
    let hasErrors = reading.diagnostics.contains { $0.severity == .error }
    #expect((reading.topology == nil) == hasErrors)
  }

  @Test("there is a file for every rule")
  func complete() throws {
    var rules = Set<Diagnostic.Rule>()
    for name in TopologyFiles.broken {
      let bytes = try TopologyFiles.bytes("broken/\(name).yaml")
      rules.formUnion(
        Topology.read(bytes, file: name, certificates: CertificateFiles(exists: Self.exists)).diagnostics.map(\.rule))
    }
    #expect(Set(Diagnostic.Rule.allCases).subtracting(rules) == [])
  }

  @Test("every file with a mistake has its expectation, and every expectation its file")
  func pairs() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: TopologyFiles.folder.path + "/broken")
    let stems = { (ending: String) in Set(names.filter { $0.hasSuffix(ending) }.map { $0.prefix { $0 != "." } }) }
    #expect(stems(".yaml") == stems(".expected"))
    #expect(!TopologyFiles.broken.isEmpty)
  }
}
