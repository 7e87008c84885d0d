// SPDX-License-Identifier: Apache-2.0
import NIOCore
import PRRevision
import TestSeed
import Testing

@testable import PRWire

@Suite("A request in its message's bytes")
struct RequestViewTests {
  /// The three texts of `plainAllocation`, or nil.
  private func plain(_ message: String) throws -> [String]? {
    try message.bytes.withUnsafeBytes { bytes in
      try RequestView(bytes, depth: 16).plainAllocation.map { tuple in
        [tuple.version, tuple.pkgarch, tuple.checksum].map { String(decoding: $0, as: UTF8.self) }
      }
    }
  }

  @Test(
    "a get-pr without history and escapes is looked up byte for byte",
    arguments: [
      #"{"get-pr":{"version":"v-1","pkgarch":"p","checksum":"c"}}"#,
      #"{"get-pr":{"checksum":"c","pkgarch":"p","version":"v-1","history":false}}"#,
      #" { "get-pr" : { "version" : "v-1" , "pkgarch":"p","checksum":"c","history":null, "x":"\n"}} "#,
      #"{"get-pr":{"version":"w","pkgarch":"p","checksum":"c","version":"v-1"}}"#,
    ])
  func isPlain(message: String) throws {
    #expect(try plain(message) == ["v-1", "p", "c"])
  }

  @Test("UTF-8 is plain")
  func plainUTF8() throws {
    #expect(try plain(#"{"get-pr":{"version":"é","pkgarch":"","checksum":"😀"}}"#) == ["é", "", "😀"])
  }

  @Test(
    "whatever needs a closer look is not plain",
    arguments: [
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":true}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":0}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":"false"}}"#,
      #"{"get-pr":{"version":"\u0076","pkgarch":"p","checksum":"c"}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"\/","checksum":"c"}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"\u0000"}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"p"}}"#, #"{"get-pr":{"version":"v","pkgarch":"p","checksum":null}}"#,
      #"{"get-pr":{"version":1,"pkgarch":"p","checksum":"c"}}"#, #"{"get-pr":[]}"#, #"{"get-pr":null}"#,
      #"{"test-pr":{"version":"v","pkgarch":"p","checksum":"c"}}"#,
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c"},"ping":{}}"#, "null", "{}",
    ])
  func isNotPlain(message: String) throws {
    #expect(try plain(message) == nil)
  }

  @Test(
    "escaped strings and names say the same as plain ones",
    arguments: [
      #"{"get-pr":{"version":"\u0076\/é","pkgarch":"p","checksum":"c"}}"#,
      #"{"get-pr":{"version":"v/\u00e9","pkgarch":"\u0070","checksum":"\u0063"}}"#,
      #"{"get\u002dpr":{"version":"v/é","pkgarch":"p","checksum":"c"}}"#,
      #"{"get-pr":{"v\u0065rsion":"v/é","pkgarch":"p","\u0063hecksum":"c"}}"#,
    ])
  func escaped(message: String) {
    let tuple = TupleKey(version: "v/é", pkgarch: "p", checksum: "c")
    #expect(Reading(message) == .request(.getPR(tuple, .none)))
  }

  static let written: [(Request, String)] = [
    (.ping, #"{"ping":{}}"#), (.isReadonly, #"{"is-readonly":{}}"#),
    (
      .getPR(TupleKey(version: "v", pkgarch: "p", checksum: "c"), .none),
      #"{"get-pr":{"version":"v","pkgarch":"p","checksum":"c","history":false}}"#
    ),
    (
      .testPR(TupleKey(version: "é", pkgarch: "p", checksum: "c"), .kept),
      #"{"test-pr":{"version":"\u00e9","pkgarch":"p","checksum":"c","history":true}}"#
    ),
    (
      .testPackage(PackageKey(version: "v", pkgarch: "p")), #"{"test-package":{"version":"v","pkgarch":"p"}}"#
    ),
    (
      .maxPackagePR(PackageKey(version: "v", pkgarch: "p")), #"{"max-package-pr":{"version":"v","pkgarch":"p"}}"#
    ),
    (
      .importOne(TupleKey(version: "v", pkgarch: "p", checksum: "c"), ImportedValue(text: "3")),
      #"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":"3"}}"#
    ),
    (
      .importOne(TupleKey(version: "v", pkgarch: "p", checksum: "c"), ImportedValue(text: "3", wasInteger: true)),
      #"{"import-one":{"version":"v","pkgarch":"p","checksum":"c","value":3}}"#
    ),
    (
      .export(ExportQuery(RowFilter(version: "v"), columns: true)),
      #"{"export":{"version":"v","pkgarch":null,"checksum":null,"colinfo":true,"history":false}}"#
    ),
  ]

  @Test("a request is written as BitBake's client writes it, without blanks", arguments: written)
  func writes(request: Request, json: String) {
    #expect(ByteBuffer.text { request.write(to: &$0) } == json)
  }

  @Test("what was written is read as the same request", arguments: Seed.several(4))
  func roundTrip(seed: Seed) {
    var numbers = seed.numbers
    for _ in 0..<100 {
      let request = RequestSamples.random(&numbers)
      var out = ByteBuffer()
      request.write(to: &out)
      #expect(Reading(out.bytes) == .request(request), "\(request), \(seed)")
    }
  }
}
