// SPDX-License-Identifier: Apache-2.0
import Foundation
import PRAssembly
import PRStatus
import PRWire

extension StatusOptions {
  /// - Returns: nil where the options show no page.
  init?(reading options: OptionValues) throws {
    guard case .tcp(let host, let port) = options.status else { return nil }
    self.init(host: host, port: port, token: try options.statusTokenFile.map(StatusToken.read))
  }
}

extension StatusToken {
  /// The token as it is in its file now.
  static func read(_ path: String) throws -> StatusToken {
    let bytes = try NamedFile(path: path, kind: "the token in").bytes()
    // What is no UTF-8 is no token.
    let text = String(data: bytes, encoding: .utf8) ?? ""
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty, !token.contains(where: \.isWhitespace) else {
      throw UserFacingError("\(path) must hold one token: a line without blanks")
    }
    return StatusToken(token)
  }
}
