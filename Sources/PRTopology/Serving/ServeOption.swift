// SPDX-License-Identifier: Apache-2.0
import PRWire

/// An option of `headwater serve`, as a topology file gives it.
package struct ServeOption: Hashable, Sendable {
  /// Without the dashes; of a flag that is switched off, with `no-` in front.
  package let name: String
  /// Nil for a flag.
  package let value: String?
  /// Where the file says it.
  package let place: SourceLocation

  /// As a word of a command line.
  package var argument: String { "--\(name)" + (value.map { "=\($0)" } ?? "") }
}

extension TopologyNode {
  /// The arguments of `headwater serve` for this node.
  ///
  /// - Parameter resolve: makes a path of the file one of the running process.
  package func serveOptions(_ resolve: (String) -> String) -> [ServeOption] {
    var options: [ServeOption] = []
    func add(_ name: String, _ value: String?, _ place: SourceLocation) {
      options.append(ServeOption(name: name, value: value, place: place))
    }
    add("name", name.value, name.place)
    for listener in listeners {
      let (address, place) = ("\(listener.endpoint.value)", listener.endpoint.place)
      add("listen", address, place)
      if let rights = listener.rights { add("rights", "\(address)=\(rights.value)", rights.place) }
    }
    for link in upstreams {
      if let endpoint = link.endpoint { add("upstream", "\(endpoint)", link.place) }
    }
    for (who, rights) in self.rights { add("rights", "\(who.value)=\(rights.value)", rights.place) }
    for setting in Setting.all {
      guard let text = settings[setting.key], setting.key != "level" else { continue }
      switch setting.kind {
      case .path: add(setting.option, resolve(text.value), text.place)
      case .flag: if let name = Self.flag(setting, text.value) { add(name, nil, text.place) }
      default: add(setting.option, text.value, text.place)
      }
    }
    // What the role and the place in the hierarchy say without words.
    if level > 0 { add("level", "\(level)", settings["level"]?.place ?? name.place) }
    if role == .mirror {
      if settings["read-only"]?.value != "true" { add("read-only", nil, name.place) }
      if settings["sync-every"] == nil { add("sync-every", "60s", name.place) }
    }
    return options
  }

  /// Nil where the file says what holds anyway, and the command line has no word for it.
  private static func flag(_ setting: Setting, _ text: String) -> String? {
    if text == "true" { return setting.option }
    return setting.standard == "true" ? "no-\(setting.option)" : nil
  }
}
