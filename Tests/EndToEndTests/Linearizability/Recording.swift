// SPDX-License-Identifier: Apache-2.0
import Histories
import TestSeed

/// What the clients of a run wrote down, by package and node.
struct Recording: Sendable {
  let seed: Seed
  private var histories: [Int: [Int: [Call]]] = [:]
  private(set) var requests = 0
  private(set) var lost = 0
  private(set) var refusals: [String] = []

  init(_ seed: Seed) { self.seed = seed }

  mutating func add(_ record: [RecordingClient.Recorded], node: Int, _ refusals: [String]) {
    for recorded in record {
      histories[recorded.package, default: [:]][node, default: []].append(recorded.call)
      lost += recorded.call.answer == .lost ? 1 : 0
    }
    requests += record.count
    self.refusals += refusals
  }

  /// What is promised of a node.
  enum Promise: Sendable {
    case alone
    /// - Parameters:
    ///   - upstream: its number.
    ///   - isAlwaysThere: the upstream was not stopped, and the node refuses what it cannot ask.
    case below(upstream: Int, isAlwaysThere: Bool, level: Int)
  }

  /// Holds every package's history against what is promised.
  ///
  /// - Parameter promises: of each node.
  /// - Returns: what is impossible, as text for people; at most so many of them.
  func faults(_ promises: [Promise], maximum: Int = 3) throws -> [String] {
    let packages = histories.keys.sorted()
    let threads = 2
    let found = try inParallel(threads) { thread in
      var found: [String] = []
      for index in stride(from: thread, to: packages.count, by: threads) where found.count < maximum {
        found += faults(of: packages[index], promises)
      }
      return found
    }
    return Array(found.joined().prefix(maximum))
  }

  private func faults(of package: Int, _ promises: [Promise]) -> [String] {
    let nodes = histories[package] ?? [:]
    var found: [String] = []
    if let (one, other) = Namesakes.find(in: nodes.keys.sorted().flatMap { nodes[$0] ?? [] }) {
      found.append("package p\(package): one value for two checksums\n\(Story([one, other]))")
    }
    for (node, promise) in promises.enumerated() {
      guard let history = nodes[node] else { continue }
      let fault =
        switch promise {
        case .alone: fault(in: history, Checker { LoneNode($0) })
        case .below(let upstream, let isAlwaysThere, let level):
          fault(
            in: isAlwaysThere ? annotated(history, nodes[upstream]) : history,
            Checker { [answers = nodes[upstream] ?? []] in NodeBelow($0, upstream: answers, level: level) })
        }
      guard let fault else { continue }
      let origin = nodes.values.joined().map(\.start).min()
      let all = nodes.keys.sorted().map { node in
        "\n all requests to node \(node):\n\(Story(nodes[node] ?? [], from: origin))"
      }
      found.append("package p\(package) at node \(node), \(history.count) requests: \(fault)\(all.joined())")
    }
    return found.map { "\($0)\n\(seed)" }
  }

  private func annotated(_ history: [Call], _ upstream: [Call]?) -> [Call] {
    guard let upstream else { return history }
    let view = UpstreamView(upstream)
    return history.map(view.annotating)
  }

  private func fault<Model>(in history: [Call], _ checker: Checker<Model>) -> String? {
    switch checker.check(history) {
    case .possible: return nil
    case .undecided(let count): return "not decided after \(count) configurations\n\(Story(history))"
    case .impossible: break
    }
    let descent = Descent.find(in: history).map { "\n an answer went down:\n\(Story([$0, $1]))" } ?? ""
    return "no order explains these answers\(descent)\n a shorter history that is impossible too:\n"
      + "\(Story(checker.shortened(history)))"
  }
}
