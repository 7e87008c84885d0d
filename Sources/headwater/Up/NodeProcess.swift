// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRTopology
import Subprocess
import Synchronization

/// One node of a local federation, as a process.
final class NodeProcess: Sendable {
  let node: LocalNode
  /// It has answered, or has ended without.
  let settled = OneShotEvent()
  private let arguments: [String]
  private let view: LogView
  private let state = Mutex(State())
  private let (again, ring) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  private struct State {
    /// Nil while it is not there.
    var running: Running?
    var isDown = false
    var isStopping = false
  }

  private struct Running {
    let pid: pid_t
    let signal: @Sendable (Signal) -> Void
  }

  /// How long it may take to end in order.
  private static let timeout = Duration.seconds(30)

  init(_ node: LocalNode, arguments: [String], view: LogView) {
    (self.node, self.arguments, self.view) = (node, arguments, view)
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
      state.running?.signal(.terminate)
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
      if !isStopping { view.note("\(ending); Enter starts it again", of: node.name) }
      settled.happen()
    } while await calls.next() != nil
  }

  /// - Returns: how it ended.
  private func run() async -> String {
    guard let program = Bundle.main.executablePath else { return "cannot find its program" }
    var platform = PlatformOptions()
    // Ctrl-C is for us: those below end before those above.
    platform.processGroupID = 0
    do {
      let result = try await Subprocess.run(
        .path(.init(program)), arguments: Arguments(arguments), environment: Self.environment,
        platformOptions: platform, input: .inputWriter, output: .sequence, error: .combinedWithOutput
      ) { execution in
        begin(Running(pid: execution.processIdentifier.value) { try? execution.send(signal: $0) })
        defer { state.withLock { $0.running = nil } }
        for try await line in execution.standardOutput.strings() { hear(line) }
      }
      return switch result.terminationStatus {
      case .exited(let code): "ended with exit code \(code)"
      case .signaled(let signal): "ended by signal \(signal)"
      }
    } catch {
      return "could not be started: \(error)"
    }
  }

  private func begin(_ running: Running) {
    state.withLock { state in
      state.running = running
      // It was stopped before it was there.
      if state.isStopping { running.signal(.terminate) }
    }
  }

  private func hear(_ line: String) {
    let line = line.trimmingCharacters(in: .newlines)
    view.show(line, of: node.name)
    // The last that it says on standard output once it answers.
    if line.hasPrefix("status on ") { settled.happen() }
  }

  /// Without the options that are meant for us.
  private static var environment: Environment {
    let ours = ProcessInfo.processInfo.environment.keys.filter { $0.hasPrefix("HEADWATER_") }
    // Keys of a dictionary, each once.
    var changes = Dictionary(uniqueKeysWithValues: ours.map { (Environment.Key(stringLiteral: $0), String?.none) })
    changes[Environment.Key(stringLiteral: ParentExitMonitor.variable)] = "1"
    return .inherit.updating(changes)
  }
}
