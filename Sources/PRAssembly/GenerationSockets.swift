// SPDX-License-Identifier: Apache-2.0
import PRServer
import PRStatus
import PRWire

/// The sockets that a generation listens on. Those whose address has not changed are taken over with all who wait in
/// their queues.
struct GenerationSockets: Sendable {
  let bindings: [ListenerBinding]
  let page: ListeningSocket?

  /// - Parameters:
  ///   - passed: the service manager's, by the address that each is for.
  ///   - others: those of the generation before.
  static func open(
    _ addresses: [Endpoint], _ status: StatusOptions?, _ passed: [Endpoint: ListeningSocket],
    from others: GenerationSockets?
  ) throws -> GenerationSockets {
    let bindings = try ListeningSocket.open(addresses, given: passed, from: others?.bindings.map(\.socket) ?? [])
    do throws(ListenError) {
      let page = try status.map { status throws(ListenError) in
        let address = Endpoint.tcp(host: status.host, port: status.port)
        return try ListeningSocket.open([address], from: [others?.page].compactMap(\.self), resolve: nil)[0]
          .socket
      }
      return GenerationSockets(bindings: bindings, page: page)
    } catch {
      for binding in bindings { binding.socket.release() }
      throw UserFacingError("\(error) (for the status page)")
    }
  }

  /// Where the server listens, with the ports that it got.
  var addresses: [Endpoint] { bindings.map(\.whereabouts) }

  func pageAddress(_ options: StatusOptions?) -> StatusAddress? {
    guard let options, case .tcp(_, let port)? = page?.bound else { return nil }
    return options.address(port: port)
  }

  func release() {
    for binding in bindings { binding.socket.release() }
    page?.release()
  }
}
