// SPDX-License-Identifier: Apache-2.0

/// What TLS needs.
extension Checks {
  func checkCertificates(_ node: TopologyNode) {
    let name = quoted(node.name.value)
    let (certificate, key) = (node.located(\.tlsCertificate), node.located(\.tlsKey))
    let isSound = !node.unsound.contains { $0.hasPrefix("tls") }
    if isSound, (certificate == nil) != (key == nil), let place = (certificate ?? key)?.place {
      complaints.error(
        .certificates, at: place,
        "\(name) has a \(key == nil ? "certificate without its key" : "key without its certificate")",
        help: "add 'tls.\(key == nil ? "key" : "certificate")'")
      return
    }
    guard let listener = node.listeners.first(where: \.endpoint.value.isTLS), isSound else { return }
    if certificate == nil {
      complaints.error(
        .certificates, at: listener.endpoint.place, "\(name) listens for TLS, and has no certificate to show",
        help: "add 'tls: {certificate: FILE, key: FILE, trust: FILE}'")
    } else if node.options.tlsTrust == nil, node.options.tlsRequireClientCertificate {
      complaints.error(
        .certificates, at: listener.endpoint.place, "\(name) requires client certificates and trusts no authority",
        help: "add 'tls.trust', the file of the authority; or 'tls.require-client-certificate: false'")
    }
  }

  /// A folder that is missing as a whole is not made yet, or on another machine; a file of one that is there is lost.
  func checkFiles() {
    guard let exists = files?.exists else { return }
    var missing: [String: (place: SourceLocation, names: [String])] = [:]
    for node in nodes {
      for (number, path) in [\.tlsCertificate, \.tlsKey, \.tlsTrust].map(node.located).enumerated() {
        guard let path, !exists(path.value) else { continue }
        let folder = Self.folder(of: path.value)
        if exists(folder.isEmpty ? "." : folder) {
          complaints.error(
            .tlsFile, at: path.place, "there is no file \(quoted(path.value)) for \(quoted(node.name.value))",
            help: "the path is relative to this file; the script topology/certificates makes certificates")
        } else {
          let entry = missing[folder] ?? (path.place, [])
          missing[folder] = (
            min(entry.place, path.place), entry.names + (number == 0 ? [Self.stem(of: path.value)] : [])
          )
        }
      }
    }
    for (folder, entry) in missing {
      var names: [String] = []
      for name in entry.names where !names.contains(name) { names.append(name) }
      complaints.warning(
        .tlsFile, at: entry.place, "there is no folder \(quoted(folder)) with certificates yet",
        help:
          "make it beside this file: topology/certificates \(([folder] + names).map(SourceText.word).joined(separator: " "))"
      )
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func stem(of path: String) -> String {
    let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    return name.hasSuffix(".pem") ? String(name.dropLast(4)) : name
  }
}

extension SourceText {
  /// A word as a shell wants it.
  fileprivate static func word(_ text: String) -> String {
    let plain = text.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "._-/=,".unicodeScalars.contains($0))
    }
    return plain ? text : quoted(text)
  }
}
