// SPDX-License-Identifier: Apache-2.0

/// Connection strings in libpq's form.
enum PostgresURL {
  static func of(_ servers: [PostgresServer], database: String, user: String, _ settings: [String: String]) -> String {
    let hosts = servers.map(\.sockets).joined(separator: ",")
    let ports = servers.map { "\($0.port)" }.joined(separator: ",")
    let others = settings.sorted { $0.key < $1.key }.map { "&\($0.key)=\($0.value)" }.joined()
    return "postgresql://\(user)@/\(database)?host=\(hosts)&port=\(ports)\(others)"
  }
}
