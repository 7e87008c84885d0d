// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// How bytes get from one machine to another.
package struct LinkSettings: Hashable, Sendable {
  /// One way.
  package var delay: Duration
  /// What is added to the delay at most.
  package var jitter: Duration
  package var bytesPerSecond: Double
  /// How likely a packet is lost. It arrives with the next attempt, and what is behind it waits.
  package var loss: Double
  /// Bytes arrive in pieces of any size.
  package var splits: Bool

  package init(
    delay: Duration, jitter: Duration = .zero, bytesPerSecond: Double = 12_500_000, loss: Double = 0,
    splits: Bool = false
  ) {
    self.delay = delay
    self.jitter = jitter
    self.bytesPerSecond = bytesPerSecond
    self.loss = loss
    self.splits = splits
  }

  /// Two machines of one building.
  package static let local = LinkSettings(delay: .microseconds(100), jitter: .microseconds(50))
}

/// The machines' network: who listens, which links are cut, and what they have carried.
///
/// `@unchecked Sendable`: it is used on the thread of the simulation only.
package final class Network: @unchecked Sendable {
  package let world: World
  private var settings: [Direction: LinkSettings] = [:]
  private var cuts: Set<Direction> = []
  private var lostMachines: Set<String> = []
  private var listeners: [String: (SimulatedConnection.End) -> Void] = [:]
  /// What waits for the end of a cut.
  private var held: [Direction: [() -> Void]] = [:]
  /// The machines to which names lead that are another machine's.
  private var names: [String: String] = [:]
  private var connections = 0
  package private(set) var carried: [Direction: Carried] = [:]
  let cloaks = CloakTable()
  /// Of machines that have made connections of TLS.
  private var numbers: [String: Int] = [:]

  /// A link one way.
  package struct Direction: Hashable, Comparable, Sendable {
    package var from: String
    package var to: String

    package static func < (one: Direction, other: Direction) -> Bool { (one.from, one.to) < (other.from, other.to) }
  }

  /// What went over a link, one way.
  package struct Carried: Hashable, Sendable {
    package var bytes = 0
    package var packets = 0
    package var connections = 0
  }

  package init(_ world: World) { self.world = world }

  package func link(_ one: String, _ other: String, _ link: LinkSettings) {
    settings[Direction(from: one, to: other)] = link
    settings[Direction(from: other, to: one)] = link
  }

  package func link(from: String, to: String) -> LinkSettings { settings[Direction(from: from, to: to)] ?? .local }

  /// The address of a machine, as others see it.
  func address(of host: String) -> String {
    let number = numbers[host] ?? numbers.count + 1
    numbers[host] = number
    return "10.0.1.\(number)"
  }

  // MARK: Cuts

  /// Cuts one direction, or ends its cut.
  package func cut(from: String, to: String, _ isCut: Bool = true) {
    let direction = Direction(from: from, to: to)
    if isCut {
      cuts.insert(direction)
    } else if cuts.remove(direction) != nil {
      for body in held.removeValue(forKey: direction) ?? [] { body() }
    }
  }

  package func cutBoth(_ one: String, _ other: String, _ isCut: Bool = true) {
    cut(from: one, to: other, isCut)
    cut(from: other, to: one, isCut)
  }

  package func isCut(from: String, to: String) -> Bool { cuts.contains(Direction(from: from, to: to)) }

  /// Does something when the direction carries packets.
  func whenCarried(_ direction: Direction, _ body: @escaping () -> Void) {
    guard cuts.contains(direction) else { return body() }
    held[direction, default: []].append(body)
  }

  func count(_ bytes: Int, on direction: Direction) {
    carried[direction, default: Carried()].bytes += bytes
    carried[direction, default: Carried()].packets += 1
  }

  // MARK: Connections

  /// - Parameter accept: gets the server's end of each connection.
  package func listen(at host: String, _ accept: @escaping (SimulatedConnection.End) -> Void) {
    listeners[host] = accept
  }

  package func stopListening(at host: String) { listeners[host] = nil }

  /// A name leads to another machine from now on.
  func resolve(_ name: String, to machine: String) { names[name] = name == machine ? nil : machine }

  /// A machine that is gone answers no packet.
  func setLost(_ host: String, _ isLost: Bool) {
    if isLost { lostMachines.insert(host) } else { lostMachines.remove(host) }
  }

  enum ConnectOutcome {
    case connected(SimulatedConnection.End)
    case refused
  }

  /// The handshake of three packets. Over a cut link there is no outcome until the cut ends.
  ///
  /// - Parameter handshake: that of TLS; nil for a plain connection.
  func connect(
    from: String, to name: String, _ handshake: SimulatedHandshake? = nil, _ done: @escaping (ConnectOutcome) -> Void
  ) {
    let host = names[name] ?? name
    let (there, back) = (Direction(from: from, to: host), Direction(from: host, to: from))
    carried[there, default: Carried()].connections += 1
    send(60, there) { [self] in
      guard !lostMachines.contains(host) else { return }
      guard let accept = listeners[host] else { return send(40, back) { done(.refused) } }
      connections += 1
      let connection = SimulatedConnection.make(connections, from: from, to: host, on: self)
      connection.server.handshake = handshake
      accept(connection.server)
      send(60, back) { done(.connected(connection.client)) }
    }
  }

  /// A packet that is no part of a connection's bytes.
  func send(_ bytes: Int, _ direction: Direction, _ arrived: @escaping () -> Void) {
    count(bytes, on: direction)
    let link = link(from: direction.from, to: direction.to)
    whenCarried(direction) { [self] in
      world.loop.after(link.delay + world.random.time(.zero...link.jitter), arrived)
    }
  }
}
