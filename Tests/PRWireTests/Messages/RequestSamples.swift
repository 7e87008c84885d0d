// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire
import TestSeed

/// A request of each kind, for the tests that go through all of them.
enum RequestSamples {
  static func random(_ numbers: inout SeededNumbers) -> Request {
    let texts = ["busybox-1.36.1-r0", "é", "e\u{301}", "\"\\\n", " ", "😀/", "\u{1}", "a", "null"]
    let stores = ["30f02a00-29a6-4e8b-9240-f9274e6ca8d8", "a", String(repeating: "z", count: 64)]
    let text = { (numbers: inout SeededNumbers) in texts.randomElement(using: &numbers)! }
    let tuple = TupleKey(version: text(&numbers), pkgarch: text(&numbers), checksum: text(&numbers))
    let history = History(kept: Bool.random(using: &numbers))
    let kind = RequestKind.allCases.randomElement(using: &numbers)!
    switch kind {
    case .ping: return .ping
    case .isReadonly: return .isReadonly
    case .getPR: return .getPR(tuple, history)
    case .changes:
      return .changes(
        ChangesQuery(
          store: Bool.random(using: &numbers) ? text(&numbers) : nil,
          after: Int64.random(in: 0...(.max), using: &numbers),
          digest: text(&numbers), limit: Int.random(in: 1...10_000, using: &numbers),
          wait: Int.random(in: 0...100, using: &numbers)))
    case .lookup:
      let time = Int.random(in: 0...100_000, using: &numbers)
      let path = (0..<Int.random(in: 0...16, using: &numbers)).map { _ in stores.randomElement(using: &numbers)! }
      return .lookup(
        tuple, within: Bool.random(using: &numbers) ? .milliseconds(time) : nil, via: QuestionPath(path)!)
    case .testPR: return .testPR(tuple, history)
    case .testPackage: return .testPackage(tuple.package)
    case .maxPackagePR: return .maxPackagePR(tuple.package)
    case .importOne:
      let isInteger = Bool.random(using: &numbers)
      let digits = String(UInt64.random(in: 0...(.max), using: &numbers))
      return .importOne(tuple, ImportedValue(text: isInteger ? digits : text(&numbers), wasInteger: isInteger))
    case .export:
      let filters = (0..<3).map { _ in Bool.random(using: &numbers) ? text(&numbers) : nil }
      return .export(
        ExportQuery(
          RowFilter(
            version: filters[0], pkgarch: filters[1], checksum: filters[2],
            history: History(kept: Bool.random(using: &numbers))),
          columns: Bool.random(using: &numbers)))
    case .enroll, .renew, .report, .invite, .retire, .revoke, .rename, .federation:
      let fields = [#"{}"#, #"{"a":"é","b":[1,{"c":null}]}"#, #"{"version":"v","ping":{}}"#, #"{ "x" : -1.5e3 }"#]
      return .federation(FederationRequest(kind, fields: fields.randomElement(using: &numbers)!))
    }
  }

  /// Each kind of request with fields as long as they may be.
  static let maximumLength: [Request] = RequestKind.allCases.map { kind in
    let worst = String(repeating: "\u{7F}", count: NameLimit.bytes)
    let tuple = TupleKey(version: worst, pkgarch: worst, checksum: worst)
    return switch kind {
    case .ping: .ping
    case .isReadonly: .isReadonly
    case .getPR: .getPR(tuple, .kept)
    case .testPR: .testPR(tuple, .kept)
    case .testPackage: .testPackage(tuple.package)
    case .maxPackagePR: .maxPackagePR(tuple.package)
    case .importOne: .importOne(tuple, ImportedValue(text: String(repeating: "1", count: Revision.maximumTextLength)))
    case .export:
      .export(ExportQuery(RowFilter(version: worst, pkgarch: worst, checksum: worst, history: .kept), columns: true))
    case .lookup:
      .lookup(
        tuple, within: .seconds(9), via: QuestionPath(Array(repeating: String(repeating: "s", count: 64), count: 16))!)
    case .changes: .changes(ChangesQuery(store: "s", after: .max, digest: "d", limit: 8192, wait: 600))
    case .enroll, .renew, .report, .invite, .retire, .revoke, .rename, .federation:
      .federation(FederationRequest(kind, fields: #"{"x":"\#(String(repeating: "\u{7F}", count: 16 << 10))"}"#))
    }
  }
}
