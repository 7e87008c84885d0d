// SPDX-License-Identifier: Apache-2.0

extension ServerProcess {
  /// The names of its alarms.
  func alarms() throws -> [String] {
    try look("/api/status").json["alarms"]?.elements.compactMap { $0["id"]?.string } ?? []
  }

  /// The words of an alarm; nil where it does not stand.
  func alarm(_ name: String) throws -> String? {
    try look("/api/status").json["alarms"]?.elements.first { $0["id"] == .string(name) }?["text"]?.string
  }

  /// Connects and asks what it is.
  ///
  /// - Parameter headers: what the client says of itself.
  /// - Returns: the connection, and the lines of the greeting.
  func greet(_ headers: [String] = []) throws -> (RawConnection, [String]) {
    let connection = try connect(greets: false)
    try connection.send((["PRSERVICE 1.0", "needs-headers: true"] + headers).map { "\($0)\n" }.joined() + "\n")
    var lines: [String] = []
    while true {
      let line = try connection.readLine()
      guard !line.isEmpty else { return (connection, lines) }
      lines.append(line)
    }
  }
}
