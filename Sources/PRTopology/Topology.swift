// SPDX-License-Identifier: Apache-2.0
import PRRevision
import PRWire

/// A federation of PR servers as one file describes it. It has passed all rules: no cycle, no unknown upstream, no two
/// nodes that give one number.
package struct Topology: Sendable {
  package let title: String?
  package let description: String?
  /// In the order of the file.
  package let nodes: [TopologyNode]
  /// The nodes are those of a federation whose authority gives lanes, levels and certificates.
  package var isManaged = false

  package subscript(name: String) -> TopologyNode? { nodes.first { $0.name.value == name } }

  /// The lane that the authority of a managed federation gives a node if all join in the order of the file; nil for a node that
  /// is given none.
  package func lane(of node: TopologyNode) -> Lane? {
    guard isManaged, node.role == .node, !node.upstreams.isEmpty else { return nil }
    let level = nodes.filter { $0.role == .node && !$0.upstreams.isEmpty && $0.level == node.level }
    let place = level.firstIndex { $0.name.value == node.name.value }
    return place.flatMap { Lane(index: UInt64(clamping: $0), count: UInt64(clamping: max(level.count, 256))) }
  }

  /// The names of all nodes.
  package var names: [String] { nodes.map(\.name.value) }

  /// The node whose name was likely meant.
  package func nearest(to name: String) -> String? { Spelling.nearest(to: name, among: names) }
}

/// One server of a federation. Every value has its place in the file.
package struct TopologyNode: Sendable {
  package let name: Located<String>
  package internal(set) var description: Located<String>?
  /// The machine it runs on, as the others call it.
  package internal(set) var host: Located<String>?
  package internal(set) var role = Role.node
  /// As the file says it; else it follows from what else the file says.
  var saidRole: Located<Role>?
  /// How many nodes stand above it.
  package internal(set) var level = 0
  /// Empty: BitBake's port on loopback.
  package internal(set) var listeners: [Listener] = []
  /// The preferred one first.
  package internal(set) var upstreams: [UpstreamLink] = []
  /// Rights by the name in a certificate, as words joined by commas.
  package internal(set) var rights: [(who: Located<String>, rights: Located<String>)] = []
  /// What the file says of the options whose keys are one word.
  package private(set) var options = OptionValues()
  /// Where it says that, by the names of the options.
  private var places: [String: SourceLocation] = [:]

  /// Keys whose values could not be read: rules do not judge what stands in their place.
  var unsound: Set<String> = []
  /// Keys that the node itself has, those of `defaults:` left out.
  var own: Set<String> = []

  init(name: Located<String>) { self.name = name }

  /// Where the file gives an option; nil where it does not.
  package func place<Value>(of row: OptionValues.Row<Value>) -> SourceLocation? {
    places[ServeOptions.table[keyPath: row].definition.name]
  }

  /// An option of the file without a default value, with its place.
  func located<Value>(_ row: OptionValues.Row<Value?>) -> Located<Value>? {
    guard let value = options[dynamicMember: row], let place = place(of: row) else { return nil }
    return Located(value, at: place)
  }

  /// Takes what the file gives for an option, or nothing where that could not be read.
  mutating func take(_ value: Located<OptionValue>?, for option: OptionDefinition) {
    options.set(option, value?.value)
    places[option.name] = value?.place
  }

  /// Gives an option another value. It stands where the file has the one before, or else the node's name.
  mutating func set<Value>(_ row: OptionValues.Row<Value>, _ value: Value) {
    options.set(row, value)
    keepPlace(of: row)
  }

  mutating func set<Value>(_ row: OptionValues.Row<Value?>, _ value: Value) {
    options.set(row, value)
    keepPlace(of: row)
  }

  private mutating func keepPlace<Value>(of row: OptionValues.Row<Value>) {
    if place(of: row) == nil { places[ServeOptions.table[keyPath: row].definition.name] = name.place }
  }

  mutating func remove<Value>(_ row: OptionValues.Row<Value>) {
    options.remove(row)
    places[ServeOptions.table[keyPath: row].definition.name] = nil
  }

  package enum Role: String, CaseIterable, Sendable {
    /// It allocates, or forwards what others allocate.
    case node
    /// It answers from a copy of its upstream and stores nothing of its own.
    case mirror
    /// It answers from a file that never changes.
    case frozen
  }

  /// An address to listen on.
  package struct Listener: Sendable {
    package let endpoint: Located<Endpoint>
    /// What everybody may do there who has no rights by name; words joined by commas.
    package let rights: Located<String>?
  }

  /// There is an upstream.
  package struct UpstreamLink: Sendable {
    /// The node's name, when the file describes it.
    package internal(set) var node: String?
    /// Where it answers; nil while the node is not known.
    package internal(set) var endpoint: Endpoint?
    /// Where the file names it.
    package let place: SourceLocation
  }

  package var isBitBake: Bool { options.numbering == .bitbake }
  package var isReadOnly: Bool { role != .node || options.readOnly }
  /// Whether it gives numbers of its own.
  package var allocates: Bool { !isReadOnly }
  /// `k/n`.
  package var lane: Lane { options.lane ?? .only }
  /// Whether its numbers must differ from those of others at its level.
  package var hasLane: Bool { allocates && !isBitBake }

  /// Where its status page is.
  var page: Located<Endpoint>? { located(\.status) }

  /// Where it listens, the default filled in.
  package var endpoints: [Endpoint] {
    listeners.isEmpty ? [.standard] : listeners.map(\.endpoint.value)
  }
}
