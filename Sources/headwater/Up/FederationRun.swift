// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import UnixSignals

/// All processes of a local federation: databases start before nodes, and nodes above before those below. They end in the
/// opposite order.
struct FederationRun {
  private let levels: [[FederationProcess]]
  private let ending = OneShotEvent()

  init(_ processes: [FederationProcess]) {
    levels = Dictionary(grouping: processes, by: \.level).sorted { $0.key < $1.key }.map(\.value)
  }

  /// Runs them until a signal says stop.
  ///
  /// - Parameter settled: called once each of them answers, or has ended without.
  func run(settled: @escaping @Sendable () throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sigquit, .sighup)
      group.addTask {
        for await _ in signals { break }
        end()
      }
      // In the background there is no keyboard to read, and trying to would stop us.
      signal(SIGTTIN, SIG_IGN)
      // It cannot be stopped from waiting for a key, and ends with the process.
      Thread.detachNewThread { listenForEnter() }
      defer { group.cancelAll() }
      try await run(levels[...], settled)
    }
  }

  private func run(
    _ levels: ArraySlice<[FederationProcess]>, _ settled: @escaping @Sendable () throws -> Void
  ) async throws {
    guard let level = levels.first else {
      try settled()
      return await ending.wait()
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for process in level { group.addTask { await process.live() } }
      defer { for process in level { process.stop() } }
      for process in level { await process.settled.wait() }
      guard !ending.hasHappened else { return }
      try await run(levels.dropFirst(), settled)
    }
  }

  private func end() {
    ending.happen()
    // No task waits for them any more.
    for process in levels.joined() { process.settled.happen() }
  }

  private func listenForEnter() {
    while readLine() != nil {
      for process in levels.joined() { process.startAgain() }
    }
  }
}
