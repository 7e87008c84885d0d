// SPDX-License-Identifier: Apache-2.0

/// What a database option says that names a server instead of a file.
package enum DatabaseURL {
  private static let schemes = ["postgresql://", "postgres://"]

  /// Whether a text is meant as the URL of a PostgreSQL database.
  package static func isURL(_ text: String) -> Bool { schemes.contains { text.hasPrefix($0) } }

  /// The text without the password of a URL, for messages and logs. A text that is none is left as it is.
  package static func withoutPassword(_ text: String) -> String {
    guard let scheme = schemes.first(where: { text.contains($0) }), let start = text.range(of: scheme) else {
      return text
    }
    let rest = text[start.upperBound...]
    // A password may have any byte but '/', '?' and '#', which a URL writes as %XX. One that does not is hidden as well.
    let end = rest.lastIndex(of: "@")
    var masked = rest
    var user = ""
    if let end {
      user =
        rest[..<end].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
      user += rest[..<end].contains(":") ? ":***@" : "@"
      masked = rest[rest.index(after: end)...]
    }
    return withoutPasswordSettings(text[..<start.upperBound] + user + masked)
  }

  /// A setting that names a password ends with the next `&`.
  private static func withoutPasswordSettings(_ text: String) -> String {
    var shown = ""
    var rest = text[...]
    while let end = rest.firstIndex(where: { $0 == "?" || $0 == "&" }) {
      shown += rest[...end]
      rest = rest[rest.index(after: end)...]
      guard rest.prefix(while: { $0 != "&" }).lowercased().contains("password") else { continue }
      shown += "password=***"
      rest = rest.drop { $0 != "&" }
    }
    return shown + rest
  }
}
