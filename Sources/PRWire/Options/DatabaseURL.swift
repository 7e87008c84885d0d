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
    let parts = masked.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return text[..<start.upperBound] + user + masked }
    let settings = parts[1].split(separator: "&").map { setting in
      setting.lowercased().contains("password") ? "password=***" : String(setting)
    }
    return text[..<start.upperBound] + user + parts[0] + "?" + settings.joined(separator: "&")
  }
}
