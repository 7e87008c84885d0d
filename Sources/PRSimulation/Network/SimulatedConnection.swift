// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// A stream of bytes each way between two machines. Within a direction bytes keep their order.
package enum SimulatedConnection {
  /// Makes both ends.
  static func make(
    _ number: Int, from: String, to: String, on network: Network
  ) -> (client: End, server: End) {
    let client = End(number, Network.Direction(from: from, to: to), network)
    let server = End(number, Network.Direction(from: to, to: from), network)
    (client.other, server.other) = (server, client)
    return (client, server)
  }

  /// What arrives at one end from the other.
  package enum Arrival {
    case bytes(ByteBuffer)
    /// The other end sends no more.
    case end
    /// The other end is gone, with all that was on its way to it.
    case reset
    /// There is room for more bytes.
    case room
  }

  /// One end.
  ///
  /// `@unchecked Sendable`: it is used on the thread of the simulation only.
  package final class End: @unchecked Sendable {
    private let number: Int
    private let network: Network
    /// Nil once both ends are closed.
    fileprivate var other: End?
    /// From this end to the other.
    let direction: Network.Direction
    package var receive: (Arrival) -> Void = { _ in }
    private(set) var isClosed = false
    private var isVanished = false
    /// Bytes that this end has sent and the other has not taken.
    private var unread = 0
    private var freeAt = Duration.zero
    /// At the server's end: that of TLS; nil for a plain connection.
    var handshake: SimulatedHandshake?

    fileprivate init(_ number: Int, _ direction: Network.Direction, _ network: Network) {
      self.number = number
      self.direction = direction
      self.network = network
    }

    /// As much as the buffers of both machines take.
    private static let window = 256 << 10

    var room: Int { max(Self.window - unread, 0) }

    /// Sends bytes, no more than there is room for.
    package func send(_ bytes: ByteBuffer) {
      guard !isClosed, bytes.readableBytes > 0 else { return }
      unread += bytes.readableBytes
      var rest = bytes
      let link = network.link(from: direction.from, to: direction.to)
      while rest.readableBytes > 0 {
        var count = rest.readableBytes
        if link.splits { count = 1 + network.world.random.below(min(count, 1448)) }
        guard let piece = rest.readSlice(length: min(count, rest.readableBytes)) else { return }
        transmit(piece.readableBytes + 40 * (1 + piece.readableBytes / 1448)) { [self] in other?.arrive(.bytes(piece)) }
      }
    }

    /// Nothing is sent from here any more, or taken.
    package func close() {
      guard !isClosed else { return }
      isClosed = true
      receive = { _ in }
      transmit(40) { [self] in other?.arrive(.end) }
      forgetIfOver()
    }

    /// The machine stops: the other end is not told.
    package func vanish() {
      (isClosed, isVanished) = (true, true)
      receive = { _ in }
      forgetIfOver()
    }

    /// Nothing that is on its way to a closed end has an effect.
    private func forgetIfOver() {
      guard let other, isClosed, other.isClosed else { return }
      (self.other, other.other) = (nil, nil)
    }

    /// The other end has taken bytes.
    func took(_ count: Int) {
      guard let sender = other else { return }
      sender.unread -= count
      sender.receive(.room)
    }

    private func arrive(_ arrival: Arrival) {
      guard !isClosed else {
        // A machine that has closed answers bytes with a reset.
        if case .bytes = arrival, !isVanished { transmit(40) { [self] in other?.arrive(.reset) } }
        return
      }
      if case .bytes(let bytes) = arrival {
        network.world.note(bytes.readableBytesView, of: number)
      }
      receive(arrival)
    }

    private func transmit(_ size: Int, _ arrived: @escaping () -> Void) {
      let (network, direction) = (network, direction)
      network.count(size, on: direction)
      network.whenCarried(direction) { [self] in
        let link = network.link(from: direction.from, to: direction.to)
        let world = network.world
        var delay = link.delay + .seconds(Double(size) / link.bytesPerSecond)
        if link.jitter > .zero { delay += world.random.time(.zero...link.jitter) }
        // Lost packets are sent again, each time after twice as long.
        var pause = max(Duration.milliseconds(200), link.delay * 3)
        while link.loss > 0, world.random.chance(link.loss) { (delay, pause) = (delay + pause, pause * 2) }
        freeAt = max(freeAt, world.time + delay)
        // A link that is cut meanwhile keeps what is on its way.
        world.loop.after(freeAt - world.time) { network.whenCarried(direction, arrived) }
      }
    }
  }
}
