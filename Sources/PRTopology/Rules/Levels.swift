// SPDX-License-Identifier: Apache-2.0
import PRRevision

/// How many nodes stand above each one.
extension Checks {
  /// Takes nodes whose upstreams are all done, until only cycles and what is below them are left.
  mutating func settleLevels() {
    levels = Array(repeating: nil, count: nodes.count)
    var below: [[Int]] = Array(repeating: [], count: nodes.count)
    var open = nodes.indices.map { number in
      let above = Set(above(number).map(\.node))
      for upstream in above { below[upstream].append(number) }
      return above.count
    }
    var ready = nodes.indices.filter { open[$0] == 0 }
    while let number = ready.popLast() {
      levels[number] = level(of: number)
      for downstream in below[number] {
        open[downstream] -= 1
        if open[downstream] == 0 { ready.append(downstream) }
      }
    }
    checkCycles()
  }

  private func level(of number: Int) -> Int {
    let node = nodes[number]
    let upstreams = above(number)
    let above = upstreams.compactMap { levels[$0.node] }
    let said = node.options.level
    let counted = above.max().map { $0 + 1 } ?? said ?? (node.upstreams.isEmpty ? 0 : 1)
    let name = quoted(node.name.value)
    if let lowest = above.min(), let highest = above.max(), lowest != highest, let link = upstreams.last?.link {
      complaints.warning(
        .level, at: link.place,
        "the upstreams of \(name) are at the levels \(lowest) and \(highest): its own level would change with the one that answers",
        help: "name upstreams of one level")
    }
    if let said, let place = node.place(of: \.level), !above.isEmpty, said != counted {
      complaints.error(
        .level, at: place, "\(name) is at level \(counted) below its upstream, not \(said)",
        help: "leave 'level' out")
    } else if said == 0, !node.upstreams.isEmpty, let place = node.place(of: \.level) {
      complaints.error(.level, at: place, "level 0 is for a node without an upstream", help: "leave 'level' out")
    }
    if counted == Partition.deepest + 1 {
      complaints.error(
        .level, at: node.name.place, "\(name) is at level \(counted); the deepest is \(Partition.deepest)",
        help: "give it an upstream of a higher level")
    }
    return counted
  }

  /// Each cycle once, at the first of its nodes in the file.
  private func checkCycles() {
    var done = Set<Int>()
    for start in nodes.indices where levels[start] == nil && !done.contains(start) {
      var path: [Int] = []
      var current = start
      while !done.contains(current) {
        done.insert(current)
        path.append(current)
        guard let next = above(current).first(where: { levels[$0.node] == nil })?.node else { break }
        current = next
      }
      guard let begin = path.firstIndex(of: current) else { continue }  // it led into a cycle that is known
      complainAbout(cycle: Array(path[begin...]))
    }
  }

  private func complainAbout(cycle: [Int]) {
    guard let least = cycle.min(), let begin = cycle.firstIndex(of: least) else { return }
    let turned = cycle[begin...] + cycle[..<begin]
    let names = turned.prefix(8).map { quoted(nodes[$0].name.value) }
    let more = turned.count > names.count ? ["… (\(turned.count) nodes)"] : []
    let story = "\(names[0]) asks " + (names.dropFirst() + more + [names[0]]).joined(separator: ", which asks ")
    let place = above(least).first { cycle.contains($0.node) }?.link.place ?? nodes[least].name.place
    let hasRoot = levels.contains { $0 != nil }
    complaints.error(
      .cycle, at: place, "a cycle: \(story)",
      help: hasRoot
        ? "one of them has to have an upstream of a higher level, or none"
        : "one of them has to be a root, without an upstream")
  }
}
