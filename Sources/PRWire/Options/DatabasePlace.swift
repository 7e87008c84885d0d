// SPDX-License-Identifier: Apache-2.0

/// Which database a URL of PostgreSQL names: its servers and its name. User, password and parameters are not kept, so that a
/// place can be compared and shown.
package struct DatabasePlace: Hashable, Sendable {
  /// A server of the database.
  package struct Server: Hashable, Sendable {
    /// In small letters; empty for the default of the machine, and a folder for sockets in it.
    package let host: String
    package let port: Int

    /// Each machine has a server of its own under this name.
    package var isOnOwnMachine: Bool {
      host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") || LoopbackHost.contains(host)
    }
  }

  /// In the order of the URL.
  package let servers: [Server]
  /// Nil: the default of the user who connects.
  package let database: String?

  package static let form = "postgresql://USER@HOST,HOST/DATABASE"

  /// Reads a URL as libpq does. An `@` that is not written as `%40` is taken only behind the user: elsewhere it is likely in a
  /// password that was not written in this way, of which a part would be taken for a host.
  ///
  /// - Parameter url: one for which ``DatabaseURL/isURL(_:)`` holds.
  package init(_ url: String) throws(OptionMistake) {
    guard let start = url.range(of: "://")?.upperBound else { throw Self.unreadable }
    var rest = url[start...]
    var user: String?
    if let end = rest.firstIndex(where: { $0 == "@" || $0 == "/" }), rest[end] == "@" {
      user = try Self.decoded(rest[..<end].prefix { $0 != ":" })
      rest = rest[rest.index(after: end)...]
    }
    guard !rest.contains("@") else { throw Self.unreadable }
    let place = rest.prefix { $0 != "?" }
    let parameters = try Self.parameters(rest.dropFirst(place.count + 1))
    let authority = place.prefix { $0 != "/" }
    let (hosts, ports) = try Self.hosts(authority)
    let name = try Self.decoded(place.dropFirst(authority.count + 1))
    servers = try Self.servers(
      parameters["host"] ?? parameters["hostaddr"] ?? hosts, ports: parameters["port"] ?? ports)
    database = [parameters["dbname"], name, parameters["user"], user].lazy.compactMap(\.self).first { !$0.isEmpty }
  }

  private static let unreadable = OptionMistake(
    "write \(form), with each byte of a name or a password that is not a letter or a digit as %XX")

  /// Hosts and ports, each as a list with commas.
  private static func hosts(_ text: Substring) throws(OptionMistake) -> (hosts: String, ports: String) {
    var hosts: [String] = []
    var ports: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if part.hasPrefix("[") {
        guard let end = part.firstIndex(of: "]") else { throw unreadable }
        let port = part[part.index(after: end)...]
        guard port.isEmpty || port.hasPrefix(":") else { throw unreadable }
        hosts.append(String(part[..<end].dropFirst()))
        ports.append(String(port.dropFirst()))
      } else {
        let parts = part.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2 else { throw unreadable }
        hosts.append(try decoded(parts.first ?? ""))
        ports.append(parts.count == 2 ? String(parts[1]) : "")
      }
    }
    return (hosts.joined(separator: ","), ports.joined(separator: ","))
  }

  private static func servers(_ hosts: String, ports: String) throws(OptionMistake) -> [Server] {
    let hosts = hosts.split(separator: ",", omittingEmptySubsequences: false)
    let ports = ports.split(separator: ",", omittingEmptySubsequences: false)
    guard ports.count <= 1 || ports.count == hosts.count else {
      throw OptionMistake("it has another number of hosts than of ports")
    }
    var servers: [Server] = []
    for (index, host) in hosts.enumerated() {
      let text = ports.count == hosts.count ? ports[index] : ports.first ?? ""
      guard let port = text.isEmpty ? standardPort : Int(text), (1...Int(clamping: UInt16.max)).contains(port) else {
        throw unreadable
      }
      servers.append(Server(host: host.lowercased(), port: port))
    }
    return servers
  }

  private static let standardPort = 5432

  private static func parameters(_ text: Substring) throws(OptionMistake) -> [String: String] {
    var parameters: [String: String] = [:]
    for setting in text.split(separator: "&") {
      guard let end = setting.firstIndex(of: "=") else { throw unreadable }
      parameters[try decoded(setting[..<end])] = try decoded(setting[setting.index(after: end)...])
    }
    return parameters
  }

  private static func decoded(_ text: Substring) throws(OptionMistake) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2).compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count == 2, digits != [0, 0] else { throw unreadable }
      // Two digits of base 16.
      bytes.append(UInt8(truncatingIfNeeded: digits[0] * 16 + digits[1]))
      rest = rest.dropFirst(2)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self) else { throw unreadable }
    return decoded
  }
}

extension DatabasePlace: CustomStringConvertible {
  package var description: String {
    let servers = servers.map { server in
      let host = server.host.contains(":") ? "[\(server.host)]" : server.host
      return server.port == Self.standardPort ? host : "\(host):\(server.port)"
    }
    return "postgresql://\(servers.joined(separator: ","))/\(database ?? "")"
  }
}
