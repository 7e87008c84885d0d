// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRRevision
import PRStore
import PRStoreSQLite
import Synchronization
import TestStore
import TestThreads
import Testing

@Suite("Reads take turns", .ownThreads)
struct ReaderPoolTests {
  private let folder: TemporaryFolder
  private let store: Store

  init() throws {
    folder = try TemporaryFolder()
    store = try Store.writable(folder.file("pr.sqlite3"))
  }

  /// Which client was served, in order.
  private final class Log: Sendable {
    private let served = Mutex<[Int]>([])
    func note(_ client: Int) { served.withLock { $0.append(client) } }
    var all: [Int] { served.withLock { $0 } }
  }

  /// Keeps the threads of a queue busy until it is opened.
  private final class Gate: Sendable {
    private let opened = DispatchSemaphore(value: 0)
    private let threads: Int

    init(_ threads: Int) { self.threads = threads }

    func hold(_ store: Store, _ queue: ReadQueue) {
      for _ in 0..<threads {
        store.read(in: queue, for: ReadClient()) { _ throws(StoreError) in
          self.opened.wait()
        } done: { _ in
        }
      }
    }

    func open() { for _ in 0..<threads { opened.signal() } }
  }

  @Test("before a read is served, one slice of each other client is at most", arguments: [ReadQueue.long, .watchdog])
  func slices(queue: ReadQueue) async throws {
    let (log, gate) = (Log(), Gate(1))
    gate.hold(store, queue)
    for client in 1...40 {
      let identity = ReadClient()
      for _ in 0..<4 {
        store.read(
          in: queue, for: identity, from: 0,
          { _, slice throws(StoreError) in
            log.note(client)
            return slice < 9 ? ReadStep<Int, Void>.again(slice + 1) : .done(())
          }, done: { _ in })
      }
    }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      store.read(in: queue, for: ReadClient()) { _ throws(StoreError) in
        log.note(0)
      } done: { _ in
        continuation.resume()
      }
      gate.open()
    }
    let before = log.all.prefix { $0 != 0 }
    #expect(Set(before).count == before.count, "\(before)")
  }

  @Test("a short read does not wait for long ones, and the watchdog for neither")
  func queues() async throws {
    let gates = [(Gate(1), ReadQueue.long), (Gate(2), .short)]
    gates[0].0.hold(store, .long)
    try await store.read(in: .short) { _ throws(StoreError) in }
    gates[1].0.hold(store, .short)
    try await store.read(in: .watchdog) { _ throws(StoreError) in }
    for (gate, _) in gates { gate.open() }
  }

  @Test("nothing is read for a client that has left, and a read in slices ends")
  func left() async throws {
    let (log, gate) = (Log(), Gate(1))
    let (gone, leaving) = (ReadClient(), ReadClient())
    gate.hold(store, .long)
    store.read(in: .long, for: gone) { _ throws(StoreError) in
      log.note(1)
    } done: { _ in
      log.note(1)
    }
    store.read(
      in: .long, for: leaving, from: 0,
      { _, slice throws(StoreError) in
        log.note(2)
        if slice == 3 { leaving.leave() }
        return ReadStep<Int, Void>.again(slice + 1)
      }, done: { _ in log.note(2) })
    gone.leave()
    gate.open()
    // The queue is served in order: what comes out of it now has nothing in front of it any more.
    for _ in 0..<5 { try await store.read(in: .long) { _ throws(StoreError) in } }
    #expect(log.all == [2, 2, 2, 2])
  }

  @Test("decisions of a client that queues many wait for the next group, not those of others")
  func decisions() async throws {
    let log = Log()
    let held = DispatchSemaphore(value: 0)
    let (begun, tell) = AsyncStream.makeStream(of: Void.self)
    let greedy = ReadClient()
    store.write { _ throws(StoreError) in
      tell.yield()
      held.wait()
    } done: { _ in
    }
    for await _ in begun { break }
    for _ in 0..<2000 {
      store.write(for: greedy) { _ throws(StoreError) in
        log.note(1)
      } done: { _ in
      }
    }
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      store.write(for: ReadClient()) { _ throws(StoreError) in
        log.note(0)
      } done: { _ in
        continuation.resume()
      }
      held.signal()
    }
    #expect(log.all.prefix { $0 != 0 }.count == 1)
  }
}
