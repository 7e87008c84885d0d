// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import PRAssembly
import PRStatus
import PRTopology
import PRWire

/// Where `serve` shows how the node fares.
struct StatusPageOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Serve the status page, metrics and health over HTTP: at tcp://HOST:PORT or a port of this machine. Port 0 takes a free one.",
      valueName: "address"), transform: StatusAddressText.parse)
  var status: Endpoint?

  @Option(
    help: ArgumentHelp(
      "Require the token in this file: as a bearer token, or as a browser's password.",
      valueName: "path"))
  var statusTokenFile: String?

  func validate() throws {
    if statusTokenFile != nil, status == nil { throw ValidationError("--status-token-file needs --status") }
  }

  /// With the token as it is in its file now.
  var options: StatusOptions? {
    get throws {
      guard case .tcp(let host, let port) = status else { return nil }
      return StatusOptions(host: host, port: port, token: try token())
    }
  }

  private func token() throws -> StatusToken? { try statusTokenFile.map(StatusToken.read) }
}

extension StatusToken {
  static func read(_ path: String) throws -> StatusToken {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw UserFacingError("cannot read the token in \(path): the file must exist and be readable")
    }
    let token = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !token.isEmpty, !token.contains(where: \.isWhitespace) else {
      throw UserFacingError("\(path) must hold one token: a line without blanks")
    }
    return StatusToken(token)
  }
}

/// The address of a status page, as people write it.
enum StatusAddressText {
  @Sendable static func parse(_ text: String) throws -> Endpoint {
    let endpoint: Endpoint
    do throws(Endpoint.Malformed) {
      endpoint = try Endpoint(page: text)
    } catch {
      throw ValidationError(error.description)
    }
    guard case .tcp = endpoint else {
      throw ValidationError("the status page speaks plain HTTP: write tcp://HOST:PORT; a proxy may put TLS in front")
    }
    return endpoint
  }
}
