// SPDX-License-Identifier: Apache-2.0
import PRRevision
import TestDisk
import TestSeed
import TestStore

@testable import PRStore
@testable import PRStoreSQLite

/// A process that serves a store: all of its threads in virtual time, all of its files on a simulated disk.
final class StoreProcess {
  let time: VirtualTime
  let store: Store
  let report: OpeningReport
  let environment: StoreEnvironment
  let clients = (0..<3).map { _ in ReadClient() }
  private(set) var reader: (any EventLoopReader)?

  init(_ options: StoreOptions, on disk: SimulatedDisk, _ seed: Seed) throws(StoreError) {
    let time = VirtualTime(seed)
    disk.setClock { time.advance($0) }
    var environment = time.environment
    environment.files = disk
    self.time = time
    self.environment = environment
    do throws(StoreError) {
      (store, report) = try Store.open(options, in: environment)
    } catch {
      time.run()
      time.stop()
      throw error
    }
  }

  func eventLoopReader() throws(StoreError) -> (any EventLoopReader)? {
    if reader == nil { reader = try store.eventLoopReader() }
    return reader
  }

  /// Runs a task to its end, with all that is queued.
  func run(_ body: @escaping @Sendable (Store) async -> Void) {
    let store = store
    time.spawn { await body(store) }
    time.run()
  }

  deinit { time.stop() }
}
