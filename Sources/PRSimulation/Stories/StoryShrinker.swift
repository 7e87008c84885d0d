// SPDX-License-Identifier: Apache-2.0

extension Story {
  /// The shortest story that can be found by leaving things out of this one, and that still does something.
  ///
  /// - Parameter isFailing: whether a story does it. This one does.
  package func shrunk(while isFailing: (Story) -> Bool) -> Story {
    var best = self
    var size = max(best.actions.count / 2, 1)
    while true {
      var start = 0
      var hasShrunk = false
      while start < best.actions.count {
        var shorter = best
        shorter.actions.removeSubrange(start..<min(start + size, best.actions.count))
        if isFailing(shorter) { (best, hasShrunk) = (shorter, true) } else { start += size }
      }
      if size > 1 { size /= 2 } else if !hasShrunk { break }
    }
    return best.withFewerNodes(isFailing)
  }

  /// Leaves out nodes that nothing stands below, and what makes links odd.
  private func withFewerNodes(_ isFailing: (Story) -> Bool) -> Story {
    var best = self
    for node in nodes.reversed()
    where !best.nodes.contains(where: { $0.upstreams.contains(node.name) || $0.mate == node.name }) {
      var smaller = best
      smaller.nodes.removeAll { $0.name == node.name }
      smaller.links.removeAll { $0.one == node.name || $0.other == node.name }
      guard !smaller.nodes.isEmpty, !smaller.actions.contains(where: { $0.action.names.contains(node.name) }) else {
        continue
      }
      if isFailing(smaller) { best = smaller }
    }
    for index in best.links.indices {
      var plainer = best
      plainer.links[index].settings = LinkSettings(delay: .zero)
      if isFailing(plainer) { best = plainer }
    }
    return best
  }
}
