// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import NIOCore
import PRRevision
import PRWire

/// What a bench asks for.
enum BenchWorkload: String, CaseIterable, ExpressibleByArgument {
  /// Tuples that hold their package's greatest value.
  case known
  /// A new checksum in a known package.
  case new
  /// A new package.
  case newPackage = "new-package"
  /// A build's day: of 100 requests 90 known, 9 new, 1 new-package.
  case mixed
  /// `test-pr` of known tuples: reads that store nothing.
  case test
  /// Exports of everything with history of which nothing is selected: the longest reads there are.
  case export
  /// Pages of the feed from its start.
  case changes
  /// `import-one` of values that are on record.
  case importing = "import"

  /// Whether a message is an answer to its requests, as this program's server writes it or as BitBake's, which puts a
  /// blank behind each colon.
  func isAnswered(by message: ByteBufferView) -> Bool {
    guard message.starts(with: replyKey.utf8) else { return false }
    let value = message.dropFirst(replyKey.utf8.count).first { $0 != UInt8(ascii: " ") }
    return self == .export || value == UInt8(ascii: "\"")
  }

  private var replyKey: String {
    switch self {
    case .known, .new, .newPackage, .mixed, .test, .importing: #"{"value":"#
    case .export: #"{"metainfo":"#
    case .changes: #"{"store":"#
    }
  }
}

/// Makes requests, as fast as bytes can be copied: the names have fixed lengths, and only their ends change.
struct BenchRequests {
  private let workload: BenchWorkload
  private let packages: Int
  /// Makes the names of this run differ from those of any other.
  private let run: String
  private var counter: UInt64 = 0

  init(_ workload: BenchWorkload, packages: Int, run: UInt64) {
    self.workload = workload
    self.packages = packages
    self.run = Hexadecimal.text(run)
  }

  /// Appends the next request with its line ending.
  mutating func write(to out: inout ByteBuffer) {
    counter += 1
    switch workload {
    case .known: write(knownTuple(Int(clamping: counter) % packages), to: &out)
    case .new: write(newTuple(), to: &out)
    case .newPackage: write(newPackage(), to: &out)
    case .test: write(knownTuple(Int(clamping: counter) % packages), as: #"{"test-pr":{"version":""#, to: &out)
    case .importing:
      write(knownTuple(Int(clamping: counter) % packages), as: #"{"import-one":{"value":"0","version":""#, to: &out)
    case .export: out.writeStaticString("{\"export\":{\"checksum\":\"of no row\",\"history\":true}}\n")
    case .changes: out.writeStaticString("{\"changes\":{}}\n")
    case .mixed:
      switch counter % 100 {
      case 0: write(newPackage(), to: &out)
      case 1...9: write(newTuple(), to: &out)
      default: write(knownTuple(Int(clamping: counter) % packages), to: &out)
      }
    }
  }

  private func write(
    _ tuple: TupleKey, as opening: StaticString = #"{"get-pr":{"version":""#, to out: inout ByteBuffer
  ) {
    out.writeStaticString(opening)
    out.writeString(tuple.package.version)
    out.writeStaticString(#"","pkgarch":""#)
    out.writeString(tuple.package.pkgarch)
    out.writeStaticString(#"","checksum":""#)
    out.writeString(tuple.checksum)
    out.writeStaticString("\",\"history\":false}}\n")
  }

  /// A tuple that the preparation has asked for once.
  func knownTuple(_ index: Int) -> TupleKey {
    TupleKey(version: version(index), pkgarch: "core2-64", checksum: checksum(1 << 63 | UInt64(clamping: index)))
  }

  private func newTuple() -> TupleKey {
    TupleKey(version: version(Int(clamping: counter) % packages), pkgarch: "core2-64", checksum: checksum(counter))
  }

  private func newPackage() -> TupleKey {
    TupleKey(version: "bench-\(run)-n\(counter)-r0", pkgarch: "core2-64", checksum: checksum(counter))
  }

  private func version(_ index: Int) -> String { "bench-\(run)-\(index)-r0" }

  /// 64 digits, as BitBake's are.
  private func checksum(_ number: UInt64) -> String {
    run + run + Hexadecimal.text(number &* 0x9E37_79B9_7F4A_7C15) + run
  }
}

/// A workload whose requests were made before the clock started, sent again and again.
struct BenchRing {
  private let requests: [ByteBuffer]
  private var next = 0

  init(_ requests: [ByteBuffer]) { self.requests = requests }

  mutating func write(to out: inout ByteBuffer) {
    out.writeImmutableBuffer(requests[next])
    next += 1
    if next == requests.count { next = 0 }
  }
}
