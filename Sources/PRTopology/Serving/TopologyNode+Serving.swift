// SPDX-License-Identifier: Apache-2.0
import PRWire

extension TopologyNode {
  /// What `headwater serve` needs for this node.
  ///
  /// - Parameter resolve: makes a path of the file one of the running process.
  package func serveOptions(_ resolve: (String) -> String) -> OptionValues {
    var values = options.resolvingPaths(resolve)
    values.set(\.name, name.value)
    if !listeners.isEmpty { values.set(\.listen, listeners.map(\.endpoint.value)) }
    let upstreams = self.upstreams.compactMap(\.endpoint)
    if !upstreams.isEmpty { values.set(\.upstream, upstreams) }
    let grants =
      listeners.compactMap { listener in
        listener.rights.map { RightsGrant(.listener(listener.endpoint.value), rights: $0.value) }
      } + rights.map { RightsGrant(.name($0.who.value), rights: $0.rights.value) }
    if !grants.isEmpty { values.set(\.rights, grants) }
    // What the role and the place in the hierarchy say without words.
    values.remove(\.level)
    if level > 0 { values.set(\.level, level) }
    if role == .mirror {
      values.set(\.readOnly, true)
      if options.syncEvery == nil { values.set(\.syncEvery, .standard) }
    }
    return values
  }
}
