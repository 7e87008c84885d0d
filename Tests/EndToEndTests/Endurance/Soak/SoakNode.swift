// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A node under a soak: its process as the kernel sees it, and its answers as its builders do.
final class SoakNode: Sendable {
  let name: String
  private let node: ReloadingNode
  private let keys: @Sendable (Int) -> String
  private let state = Watched(State())

  private struct State: Sendable {
    var reloads = 0
    /// Nanoseconds that answers took since the last sample.
    var took: [UInt64] = []
  }

  /// The node at one moment.
  struct Sample: Sendable {
    let seconds: Double
    let requests: Int
    /// Microseconds.
    let median: Double
    let p99: Double
    /// Memory of its own, in KiB: what is not a file's.
    let memory: Double
    let descriptors: Double
    /// Seconds of processor time so far.
    let processor: Double
  }

  /// - Parameter keys: the node's lines of the topology file, after so many reloads.
  init(_ name: String, _ keys: @escaping @Sendable (Int) -> String) throws {
    (self.name, self.keys) = (name, keys)
    node = try ReloadingNode(keys(0))
  }

  var server: ServerProcess { node.server }
  var folder: TemporaryFolder { node.folder }

  func took(_ nanoseconds: UInt64) { state.withLock { $0.took.append(nanoseconds) } }

  /// Serves under other options from now on.
  func reload() throws {
    let number = state.withLock { state in
      state.reloads += 1
      return state.reloads
    }
    try node.change(to: keys(number))
  }

  func sample(at seconds: Double) throws -> Sample {
    let took = state.withLock { state in
      defer { state.took.removeAll(keepingCapacity: true) }
      return state.took
    }.sorted()
    func microseconds(_ quantile: Double) -> Double {
      took.isEmpty ? 0 : Double(took[Int(Double(took.count - 1) * quantile)]) / 1000
    }
    return Sample(
      seconds: seconds, requests: took.count, median: microseconds(0.5), p99: microseconds(0.99),
      memory: Double(try server.memory("RssAnon")), descriptors: Double(try node.descriptors),
      processor: try processorTime())
  }

  /// proc(5): the fields behind the name, which ends at the last parenthesis.
  private func processorTime() throws -> Double {
    let text = try String(contentsOfFile: "/proc/\(server.process.pid)/stat", encoding: .utf8)
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
      throw Failure("no times in the state of \(name)")
    }
    return (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
  }
}
