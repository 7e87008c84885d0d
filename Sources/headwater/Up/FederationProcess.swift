// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import Subprocess
import Synchronization

/// One process of a local federation: a node, or the database of an authority.
final class FederationProcess: Sendable {
  let name: String
  /// Those of a lower level start before it, and end after it.
  let level: Int
  /// It has answered, or has ended without.
  let settled = OneShotEvent()
  private let command: ChildCommand
  /// What has to be done before it is started.
  private let prepare: @Sendable () async throws -> Void
  private let view: LogView
  private let state = Mutex(State())
  private let (again, ring) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  private struct State {
    /// Nil while it is not there.
    var running: ChildCommand.Running?
    var isDown = false
    var isStopping = false
  }

  /// How long it may take to end in order.
  private static let timeout = Duration.seconds(30)

  init(
    _ name: String, level: Int, _ command: ChildCommand, view: LogView,
    prepare: @escaping @Sendable () async throws -> Void = {}
  ) {
    self.prepare = prepare
    (self.name, self.level, self.command, self.view) = (name, level, command, view)
  }

  var pid: pid_t? { state.withLock { $0.running?.pid } }

  /// Starts it again if it has ended.
  func startAgain() {
    let isDown = state.withLock { state in
      defer { state.isDown = false }
      return state.isDown
    }
    if isDown { ring.yield() }
  }

  /// Ends it in order, for good; by force if that takes too long.
  func stop() {
    state.withLock { state in
      state.isStopping = true
      state.running?.signal(command.stopSignal)
    }
    ring.finish()
    // Not awaited: when all have ended, so does this process.
    Task {
      try await Task.sleep(for: Self.timeout)
      state.withLock { $0.running?.signal(.kill) }
    }
  }

  /// Runs it until it is stopped. When it ends of itself, it waits to be started again.
  func live() async {
    var calls = again.makeAsyncIterator()
    repeat {
      let ending = await run()
      let isStopping = state.withLock { state in
        state.isDown = !state.isStopping
        return state.isStopping
      }
      if !isStopping { view.note("\(ending); Enter starts it again", of: name) }
      settled.happen()
    } while await calls.next() != nil
  }

  /// - Returns: how it ended.
  private func run() async -> String {
    defer { state.withLock { $0.running = nil } }
    do {
      try await prepare()
      return switch try await command.run(begin: begin, hear: hear) {
      case .exited(let code): "ended with exit code \(code)"
      case .signaled(let signal): "ended by signal \(signal)"
      }
    } catch {
      return "could not be started: \(error)"
    }
  }

  private func begin(_ running: ChildCommand.Running) {
    state.withLock { state in
      state.running = running
      // It was stopped before it was there.
      if state.isStopping { running.signal(command.stopSignal) }
    }
  }

  private func hear(_ line: String) {
    view.show(line, of: name)
    if command.isReady(line) { settled.happen() }
  }
}
