// SPDX-License-Identifier: Apache-2.0
import PRServer
import PRStatus
import PRWire

/// The sockets that a generation listens on. Those whose address has not changed are taken over with all who wait in
/// their queues.
struct GenerationSockets: Sendable {
  /// In the order of the server's addresses.
  let listeners: [ListeningSocket]
  let page: ListeningSocket?

  /// - Parameters:
  ///   - passed: the service manager's, by the address that each is for.
  ///   - others: those of the generation before.
  static func open(
    _ addresses: [Endpoint], _ status: StatusOptions?, _ passed: [Endpoint: ListeningSocket],
    from others: GenerationSockets?
  ) throws -> GenerationSockets {
    let listeners = try ListeningSocket.open(addresses, given: passed, from: others?.listeners ?? [])
    do throws(ListenError) {
      let page = try status.map { status throws(ListenError) in
        let address = Endpoint.tcp(host: status.host, port: status.port)
        return try ListeningSocket.open([address], from: [others?.page].compactMap(\.self))[0]
      }
      return GenerationSockets(listeners: listeners, page: page)
    } catch {
      for socket in listeners { socket.letGo() }
      throw Problem("\(error) (for the status page)")
    }
  }

  /// Where listeners are, with the ports that they got.
  ///
  /// - Parameter listeners: as they were asked for.
  func addresses(of listeners: [Endpoint]) -> [Endpoint] {
    zip(listeners, self.listeners).map { $1.whereabouts(of: $0) }
  }

  func pageAddress(_ options: StatusOptions?) -> StatusAddress? {
    guard let options, case .tcp(_, let port)? = page?.bound else { return nil }
    return options.address(port: port)
  }

  func letGo() {
    for socket in listeners { socket.letGo() }
    page?.letGo()
  }
}
