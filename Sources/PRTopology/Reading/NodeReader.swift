// SPDX-License-Identifier: Apache-2.0
import PRWire

/// Reads one node, or what `defaults:` says for all of them.
struct NodeReader {
  let complaints: DiagnosticCollector
  private var values: ValueReader { ValueReader(complaints: complaints) }

  init(_ complaints: DiagnosticCollector) { self.complaints = complaints }

  /// What the keys say, in the order of the file; later ones win.
  func read(_ entries: [YAMLNode.Entry], into node: inout TopologyNode) {
    for entry in entries {
      let key = entry.key.value
      node.own.insert(key)
      if let option = NodeKeys.byKey[key], !key.contains(".") {
        take(entry.value, option, for: key, into: &node)
      } else if NodeKeys.groups.contains(key) {
        readGroup(entry, into: &node)
      } else {
        readStructured(entry, into: &node)
      }
    }
  }

  private func take(_ tree: YAMLNode, _ option: OptionDefinition, for key: String, into node: inout TopologyNode) {
    let value = values.value(tree, for: option)
    node.take(value, for: option)
    if value == nil { node.unsound.insert(key) }
  }

  private func readGroup(_ entry: YAMLNode.Entry, into node: inout TopologyNode) {
    let group = entry.key.value
    guard case .map(let entries) = entry.value.content else {
      node.unsound.insert(group)
      complaints.error(
        .type, at: entry.value.place, "'\(group)' must have keys below it, not \(entry.value.kind)",
        help: "its keys are \(NodeKeys.names(in: group).joined(separator: ", "))")
      return
    }
    for inner in entries {
      let key = "\(group).\(inner.key.value)"
      if let option = NodeKeys.byKey[key] {
        take(inner.value, option, for: key, into: &node)
      } else {
        unknown(inner.key, in: group)
      }
    }
  }

  private func readStructured(_ entry: YAMLNode.Entry, into node: inout TopologyNode) {
    switch entry.key.value {
    case "description": node.description = values.text(entry.value, for: "description")
    case "host": node.host = host(entry.value)
    case "role": readRole(entry.value, into: &node)
    case "listen":
      let items = items(entry.value, for: "listen", orMap: true)
      node.listeners = items?.compactMap(listener) ?? []
      if node.listeners.count != items?.count { node.unsound.insert("listen") }
    case "upstream":
      let items = items(entry.value, for: "upstream", orMap: false)
      node.upstreams = items?.compactMap(upstream) ?? []
      if node.upstreams.count != items?.count { node.unsound.insert("upstream") }
    case "rights": readRights(entry.value, into: &node)
    default: unknown(entry.key, in: nil)
    }
  }

  private func host(_ tree: YAMLNode) -> Located<String>? {
    guard let host = values.text(tree, for: "host") else { return nil }
    guard !host.value.contains(where: { $0 == "/" || $0.isWhitespace }),
      (try? Endpoint("tcp://\(bracketed(host.value)):1")) != nil
    else {
      complaints.error(
        .value, at: tree.place, "\(quoted(host.value)) is not a host: write a DNS name or an IP address, without a port"
      )
      return nil
    }
    return host
  }

  private func readRole(_ tree: YAMLNode, into node: inout TopologyNode) {
    let words = TopologyNode.Role.allCases.map(\.rawValue)
    guard let text = values.text(tree, for: "role") else { return }
    guard let role = TopologyNode.Role(rawValue: text.value) else {
      complaints.error(
        .value, at: tree.place, "\(quoted(text.value)) is not a role: write \(Spelling.alternatives(words))",
        help: Spelling.help(text.value, among: words))
      return
    }
    node.saidRole = Located(role, at: tree.place)
  }

  /// One, or a list of several.
  private func items(_ tree: YAMLNode, for key: String, orMap: Bool) -> [YAMLNode]? {
    switch tree.content {
    case .list(let items): return items
    case .scalar: return [tree]
    case .map where orMap: return [tree]
    case .map, .nothing:
      complaints.error(.type, at: tree.place, "'\(key)' must be one or a list of them, not \(tree.kind)")
      return nil
    }
  }

  private func listener(_ tree: YAMLNode) -> TopologyNode.Listener? {
    guard case .map(let entries) = tree.content else {
      return values.text(tree, for: "listen").flatMap(values.endpoint).map { .init(endpoint: $0, rights: nil) }
    }
    var endpoint: Located<Endpoint>?
    var rights: Located<String>?
    var hasAddress = false
    for entry in entries {
      switch entry.key.value {
      case "address":
        hasAddress = true
        endpoint = values.text(entry.value, for: "address").flatMap(values.endpoint)
      case "rights": rights = values.rights(entry.value)
      default: unknown(entry.key, among: ["address", "rights"], "a listener")
      }
    }
    if !hasAddress { complaints.error(.type, at: tree.place, "a listener needs an 'address'") }
    return endpoint.map { .init(endpoint: $0, rights: rights) }
  }

  /// A name has no colon, and an address has one.
  private func upstream(_ tree: YAMLNode) -> TopologyNode.UpstreamLink? {
    guard let text = values.text(tree, for: "upstream") else { return nil }
    guard text.value.contains(":") else { return .init(node: text.value, endpoint: nil, place: text.place) }
    return values.endpoint(text).map { .init(node: nil, endpoint: $0.value, place: $0.place) }
  }

  private func readRights(_ tree: YAMLNode, into node: inout TopologyNode) {
    guard case .map(let entries) = tree.content else {
      complaints.error(
        .type, at: tree.place, "'rights' must have a key for each name in a certificate, not \(tree.kind)",
        help: "write 'NAME: [read, allocate]' below it; for a listener, beside its 'address'")
      return
    }
    for entry in entries {
      guard !entry.key.isEmpty, !entry.key.value.contains("://") else {
        complaints.error(
          .value, at: entry.key.place, "\(quoted(entry.key.value)) is not a name in a certificate",
          help: "the rights of a listener are beside its 'address', below 'listen'")
        continue
      }
      guard let rights = values.rights(entry.value) else { continue }
      node.rights.removeAll { $0.who.value == entry.key.value }
      node.rights.append((entry.key, rights))
    }
  }

  private func unknown(_ key: Located<String>, in group: String?) {
    // A key in the wrong place, or as the command line spells it.
    if let right = NodeKeys.all.first(where: {
      $0.key != key.value && ($0.option.name == key.value || $0.key.hasSuffix(".\(key.value)"))
    })?.key {
      let parts = right.split(separator: ".")
      let place =
        parts.count == 2
        ? "it stands below '\(parts[0]):', as '\(parts[1])'" : "it stands beside '\(group ?? "")', as '\(right)'"
      complaints.error(.unknownKey, at: key.place, "unknown key \(quoted(key.value))", help: place)
    } else {
      unknown(key, among: NodeKeys.names(in: group), group.map { "'\($0)'" } ?? "a node")
    }
  }

  func unknown(_ key: Located<String>, among names: [String], _ place: String) {
    complaints.error(
      .unknownKey, at: key.place, "unknown key \(quoted(key.value))",
      help: Spelling.help(key.value, among: names)
        ?? "the keys of \(place) are \(names.sorted().joined(separator: ", "))")
  }
}

func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
