// SPDX-License-Identifier: Apache-2.0
import PRCertificates
import PRFederation
import PRNode
import PRStore
import Synchronization
import TestThreads
import Testing

@testable import PRMembership

@Suite("The authority's key was lost, and the command that begins with another one ends early", .ownThreads, .untilHung)
struct KeyLostTests {
  private struct Stopped: Error {}

  /// A file system whose process ends before one of its writes or removals.
  private final class EndingFiles: KeyFiles {
    private let system = SystemKeyFiles()
    private let left: Mutex<Int>

    init(after count: Int) { left = Mutex(count) }

    private func goesOn() -> Bool {
      left.withLock { left in
        left -= 1
        return left >= 0
      }
    }

    func makeFolder(_ path: String) throws(KeyFolderError) { try system.makeFolder(path) }
    func exists(_ path: String) -> Bool { system.exists(path) }
    func contents(_ path: String) -> [UInt8]? { system.contents(path) }
    func write(_ text: String, to path: String, mode: UInt32) throws(FileError) {
      guard goesOn() else { throw FileError(5) }
      try system.write(text, to: path, mode: mode)
    }
    func remove(_ path: String) { if goesOn() { system.remove(path) } }

    /// Whether the process has come to its end.
    var hasEnded: Bool { left.withLock { $0 < 0 } }
  }

  /// How it goes on after that.
  enum Rest: CaseIterable { case command, plainCommand, server }

  @Test(
    "whichever file it was at, all is as before, or the next run or the server finishes it", arguments: Rest.allCases)
  func ends(rest: Rest) async throws {
    var (count, registered) = (0, 0)
    while true {
      let desk = try await Desk()
      await desk.authority.look()
      let pune = try await desk.join("pune")
      let former = try await desk.register().authority
      let files = EndingFiles(after: count)
      let ending = Rekey(desk.store, keys: KeyFolder(desk.keys.path, on: files), at: desk.now)
      _ = try? await ending.replace()
      guard files.hasEnded else { break }
      count += 1
      let named = try await desk.register().authority
      if named == former {
        // The server notices nothing.
        desk.time.pass(1)
        await desk.authority.look()
        #expect(try desk.keys.authority(at: desk.now).certificate.digest == former)
        #expect(try desk.keys.trust().issuer(of: pune.certificate) != nil)
        #expect(desk.alarms.all.all.isEmpty, "\(desk.alarms.all.all)")
        continue
      }
      registered += 1
      let rekey = Rekey(desk.store, keys: desk.keys, at: desk.now)
      switch rest {
      case .command:
        let text = try await rekey.replace { _ in throw Stopped() }
        #expect(text.contains("headwater invite pune --again"))
      // It finds the key in place, and exchanges it.
      case .plainCommand: _ = try await rekey.advance(finishes: false)
      case .server: break
      }
      desk.time.pass(1)
      await desk.authority.look()
      #expect(try desk.keys.authorities().first?.digest == named)
      #expect(try desk.keys.issuer() == named)
      #expect(try desk.keys.authority(withKey: named, at: desk.now).certificate.digest == named)
      #expect(!desk.keys.exists(desk.keys.replacementFile) && !desk.keys.exists(desk.keys.replacementKeyFile))
      #expect(desk.alarms.all.all.isEmpty, "\(desk.alarms.all.all)")
    }
    // Two files beside; then six steps with the register changed, and two removals.
    #expect(count >= 8 && registered == count - 2, "\(count) writes, of which \(registered) come after the register")
  }

  @Test("it asks before it changes anything, and says whom it puts out")
  func asks() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    _ = try await desk.join("pune")
    let (before, node) = (try await desk.register(), try desk.keys.read(desk.keys.nodeFile))
    var asked: Rekey.Replaced?
    await #expect(throws: Stopped.self) {
      _ = try await Rekey(desk.store, keys: desk.keys, at: desk.now).replace { replaced in
        asked = replaced
        throw Stopped()
      }
    }
    #expect(asked == Rekey.Replaced(federation: Desk.federation, members: [try memberName("pune")], hasKey: true))
    #expect(try await desk.register() == before)
    #expect(try desk.keys.read(desk.keys.nodeFile) == node)
    #expect(!desk.keys.exists(desk.keys.replacementFile))
  }
}

@Suite("'rekey --finish' comes after the server", .ownThreads, .untilHung)
struct FinishedRekeyTests {
  private let over = "The change of the authority's key is over already"

  private func rekey(_ desk: Desk) -> Rekey { Rekey(desk.store, keys: desk.keys, at: desk.now) }

  private func pass(_ desk: Desk) async {
    desk.time.pass(1)
    await desk.authority.look()
  }

  @Test("it says what the server has done, and leaves nothing out")
  func overtaken() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    _ = try await rekey(desk).advance(finishes: false)
    let announced = try await desk.register()
    let wait = try #require(announced.rekeyingWait(now: desk.now))
    // Without members the server goes on at once.
    await pass(desk)
    let signing = try await desk.register()
    #expect(signing.rekeying?.phase == .signing)
    #expect(
      try await rekey(desk).finish(announced, wait)
        == "The authority's server was faster, and nothing was left out. The authority signs with its next key. "
        + "All have reported with it: the authority's server goes on by itself")
    #expect(try await desk.register().version == signing.version)
    for _ in 0..<3 { await pass(desk) }
    #expect(try await desk.register().rekeying == nil)
    for known in [announced, signing] {
      #expect(try await rekey(desk).finish(known, wait).hasPrefix(over))
    }
    #expect(try await rekey(desk).advance(finishes: true).hasPrefix(over))
    #expect(try desk.keys.authority(at: desk.now).certificate.digest == (try await desk.register().authority))
  }

  @Test("where the server has ended before the key is in its place, it puts it there")
  func unplaced() async throws {
    let desk = try await Desk()
    await desk.authority.look()
    _ = try await rekey(desk).advance(finishes: false)
    try await desk.store.changeFederation { [keys = desk.keys, now = desk.now] register throws(FederationFailure) in
      guard let signing = try? Signing(keys, at: now) else { return }
      _ = try register.advanceRekeying(waits: false, signing: signing)
      _ = try register.advanceRekeying(waits: false, signing: signing)
    }
    #expect(try await desk.register().rekeying == nil && desk.keys.hasNextAuthority)
    #expect(try await rekey(desk).advance(finishes: true).hasPrefix(over))
    #expect(try desk.keys.authority(at: desk.now).certificate.digest == (try await desk.register().authority))
    #expect(!desk.keys.hasNextAuthority)
  }

  @Test("where no change was begun, it says so")
  func none() async throws {
    let desk = try await Desk()
    await #expect(throws: FederationRefusal.self) { try await rekey(desk).advance(finishes: true) }
  }
}
