// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestDisk
import TestSeed
import TestStore
import TestThreads
import Testing

@testable import PRStore
@testable import PRStoreSQLite

/// A frozen file and its manifest are two files. One that does not fit the other is not served.
@Suite("A frozen file and its manifest", .ownThreads)
struct FrozenPairTests {
  private static let target = "/disk/frozen.sqlite3"
  private static let partial = target + ".partial"
  private static let bytes = ["the rows before", "the rows after"].map { [UInt8]($0.utf8) }

  private static func manifest(_ bytes: [UInt8]) -> Manifest {
    var manifest = Manifest(store: "store", serial: 7, digest: "", rows: bytes.count)
    manifest.sha256 = FileDigest.sha256(of: bytes)
    manifest.seal = manifest.expectedSeal
    return manifest
  }

  /// A disk with a frozen file, and another one that is to replace it.
  private struct Replacement {
    let disk: SimulatedDisk
    let environment: StoreEnvironment

    init(_ seed: Seed) throws {
      disk = SimulatedDisk(seed)
      environment = .simulated(on: disk, seed)
      disk.makeFolder("/disk")
      try publish(bytes[0])
    }

    func publish(_ bytes: [UInt8]) throws(StoreError) {
      disk.put(bytes, at: partial, isSynced: false)
      try Freeze(of: "/disk/pr.sqlite3", to: target, in: environment).publish(partial, manifest(bytes))
    }

    func verified() -> Result<Manifest, StoreError> {
      Result { () throws(StoreError) in try Manifest.verified(of: target, in: environment) }
    }
  }

  @Test(
    "fit, as they were before or as they are after, or are refused, when the power fails during any call",
    arguments: Seed.several(40), [true, false])
  func fits(seed: Seed, isPowerLoss: Bool) throws {
    let whole = try Replacement(seed)
    let start = whole.disk.calls.count
    try whole.publish(Self.bytes[1])
    for call in 1...whole.disk.calls.count - start + 1 {
      let replacement = try Replacement(seed)
      if isPowerLoss {
        replacement.disk.losePower(during: call)
      } else {
        replacement.disk.fail(call, with: .failing)
      }
      let isPublished = (try? replacement.publish(Self.bytes[1])) != nil
      if isPowerLoss { replacement.disk.restart() } else { replacement.disk.mend() }
      switch replacement.verified() {
      case .success(let manifest):
        let fitting = isPublished ? [Self.manifest(Self.bytes[1])] : Self.bytes.map(Self.manifest)
        #expect(fitting.contains(manifest), "\(call); \(seed)")
      case .failure(.unfit):
        #expect(!isPublished, "\(call); \(seed)")
      case .failure(let error):
        Issue.record("\(call): \(error); \(seed)")
      }
    }
  }

  @Test("say what to do when one of them cannot be read")
  func unreadable() throws {
    for error in [FileError(EACCES), .failing] {
      for call in 1...2 {
        let pair = try Replacement(Seed(1))
        pair.disk.fail(call, with: error)
        guard case .failure(.unfit(Self.target, let detail)) = pair.verified() else {
          Issue.record("\(error) at \(call)")
          continue
        }
        #expect(detail.contains("manifest") && detail.contains(error.advice))
        #expect(pair.disk.openCount == 0)
      }
    }
    // The manifest takes an open, two reads and a close.
    let pair = try Replacement(Seed(1))
    pair.disk.fail(5, with: FileError(EACCES))
    #expect(pair.verified() == .failure(.permission(path: Self.target)))
    pair.disk.fail(6, with: .failing)
    guard case .failure(let error) = pair.verified() else { throw StoreError.closed }
    #expect("\(error)".contains(Self.target) && "\(error)".contains("kernel's log"))
    #expect(pair.disk.openCount == 0)
  }
}
