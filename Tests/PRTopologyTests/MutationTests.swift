// SPDX-License-Identifier: Apache-2.0
import PRTopology
import TestSeed
import Testing

/// A file may be damaged in any way: it is read, or complained about.
@Suite("Damaged files")
struct MutationTests {
  @Test("a damaged file never stops the reader", arguments: TopologyFiles.good, Seed.several(20))
  func damaged(name: String, seed: Seed) throws {
    var numbers = seed.numbers
    var bytes = try TopologyFiles.bytes(name)
    for _ in 0..<Int.random(in: 1...4, using: &numbers) { Self.damage(&bytes, &numbers) }
    let reading = Topology.read(bytes, file: name, certificates: CertificateFiles(exists: { _ in true }))
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count
    let hasErrors = reading.diagnostics.contains { $0.severity == .error }
    #expect((reading.topology == nil) == hasErrors, "\(seed)")
    for diagnostic in reading.diagnostics {
      #expect(diagnostic.line >= 1 && diagnostic.line <= lines + 4 && diagnostic.column >= 1, "\(seed)")
      #expect("\(diagnostic)".split(separator: "\n", omittingEmptySubsequences: false).count <= 4, "\(seed)")
    }
    guard let topology = reading.topology else { return }
    for format in Drawing.Format.allCases { #expect(!Drawing(topology).text(format).isEmpty, "\(seed)") }
  }

  private static func damage(_ bytes: inout [UInt8], _ numbers: inout SeededNumbers) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
    let (one, other) = (Int.random(in: lines.indices, using: &numbers), Int.random(in: lines.indices, using: &numbers))
    switch Int.random(in: 0..<8, using: &numbers) {
    case 0: lines.remove(at: one)
    case 1: lines.insert(lines[one], at: other)
    case 2: lines.swapAt(one, other)
    case 3: lines[one].insert(contentsOf: Array("  \t".utf8.prefix(Int.random(in: 1...3, using: &numbers))), at: 0)
    case 4: lines[one] = Array(lines[one].drop { $0 == UInt8(ascii: " ") })
    case 5:
      bytes = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &numbers)))
      return
    case 6:
      for _ in 0..<5 where !bytes.isEmpty {
        bytes[Int.random(in: bytes.indices, using: &numbers)] ^= 1 << UInt8.random(in: 0...7, using: &numbers)
      }
      return
    default:
      let odd: [UInt8] = Array("{}[]:,&*!|>'\"%@`#-? \t\r\u{85}\u{2028}\u{FEFF}~".utf8)
      if let byte = odd.randomElement(using: &numbers) {
        bytes.insert(byte, at: Int.random(in: 0...bytes.count, using: &numbers))
      }
      return
    }
    bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
  }

  @Test(
    "texts that are meant to trouble a reader of YAML are complained about",
    arguments: [
      "", "\n", "~", "null", "---", "...", "%YAML 9.9\n---\na", "&a [*a]", "*a", "? [a]: b", "{a: 1, a: 2, a: 3}",
      "\"\": 1\n\"\": 2\n", "'a': 1\n\"a\": 2\na: 3\n", "&x a: 1\n&y a: 2\n", "nodes: {a: &a {}, b: *a, *a : c}",
      String(repeating: "[", count: 5000), String(repeating: "{a: ", count: 5000), "\u{FEFF}", "\0", "a: \u{7F}",
      "nodes:\n  \"\\0\": {}\n", "nodes: {a: {lane: 18446744073709551616/18446744073709551617}}",
      "nodes: {a: {level: 99999999999999999999}}", "nodes: {a: {listen: 'tcp://[::1]:0'}}\nnodes: {}",
      "!!binary x: y", "!<tag:%FF> x", "<<: {nodes: {}}", "nodes: {a: {upstream: [[b]]}}",
    ])
  func odd(text: String) {
    let reading = Topology.read(text.utf8, file: "odd.yaml", certificates: CertificateFiles(exists: { _ in true }))
    #expect((reading.topology == nil) == !reading.diagnostics.isEmpty)
  }

  @Test("aliases that grow without end are cut off")
  func bomb() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1...20 {
      text += "a\(level): &a\(level) [\((0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ", "))]\n"
    }
    let reading = Topology.read(text.utf8, file: "bomb.yaml")
    #expect(reading.diagnostics.count == 1 && reading.topology == nil)
  }
}
