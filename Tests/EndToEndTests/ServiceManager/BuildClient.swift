// SPDX-License-Identifier: Apache-2.0

/// Asks as BitBake's client does: a request whose connection ends is sent again over a new one at once, four times in
/// all, and then the build fails.
struct BuildClient {
  private let server: Address
  /// A task asks once and hangs up; the build itself keeps its connection.
  private let keepsConnection: Bool
  private var connection: RawConnection?
  /// How often it had to ask again.
  private(set) var retries = 0

  private static let attempts = 4

  init(_ server: Address, keepsConnection: Bool) {
    self.server = server
    self.keepsConnection = keepsConnection
  }

  /// - Throws: what would fail the build.
  mutating func getPR(_ version: String, _ checksum: String) throws -> RecordedRow {
    defer { if !keepsConnection { connection = nil } }
    let reply = try ask(Requests.getPR(version, checksum))
    guard let value = reply.value else { throw Failure("\(version) \(checksum): \(reply)") }
    return RecordedRow(version: version, checksum: checksum, value: value)
  }

  private mutating func ask(_ request: String) throws -> JSONValue {
    for attempt in 1...Self.attempts {
      do {
        let connection = try connection ?? RawConnection(to: server)
        self.connection = connection
        return try connection.ask(request)
      } catch {
        connection = nil
        guard attempt < Self.attempts, error as? RawConnection.End != .timedOut else { throw error }
        retries += 1
      }
    }
    throw Failure("it was not asked")
  }
}
